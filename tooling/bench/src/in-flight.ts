/** Calls a function so many times, so many calls at once. */
export async function inFlight(
  times: number,
  atOnce: number,
  call: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const loops = Array.from({ length: atOnce }, async () => {
    while (next < times) await call(next++)
  })
  await Promise.all(loops)
}

/** Measures how long calls take, in microseconds for each. */
export async function microsecondsPer(
  times: number,
  atOnce: number,
  call: (index: number) => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now()
  await inFlight(times, atOnce, call)
  return ((performance.now() - startedAt) * 1000) / times
}
