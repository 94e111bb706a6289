/** How long a test of the contract may take: it waits for real time, and longer where `SLUICE_MODEL` drives its model harder. */
export const CONTRACT_TIMEOUT_MS = process.env.SLUICE_MODEL ? 3_600_000 : 60_000
