import { hash } from 'node:crypto'

/** The UUID under which a job is kept: made of its workflow and its id by SHA-1, so that both together are unique. */
export function jobUuid(workflowId: string, jobId: string): string {
  const hex = hash('sha1', `${NAMESPACE}${workflowId.length}:${workflowId}:${jobId}`)
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Random, and the same for ever: what is stored depends on it. */
const NAMESPACE = '8a4d0c2ef1b94f5c9a3be0d7c6125e84'
