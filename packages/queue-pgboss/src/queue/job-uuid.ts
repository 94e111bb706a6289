import { createHash } from 'node:crypto'

/** The UUID under which a job is kept: of version 5, from its workflow and its id, so that both together are unique. */
export function jobUuid(workflowId: string, jobId: string): string {
  const bytes = createHash('sha1').update(NAMESPACE).update(`${workflowId.length}:${workflowId}:${jobId}`).digest()
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex', 0, 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Random, and the same for ever: what is stored depends on it. */
const NAMESPACE = Buffer.from('8a4d0c2ef1b94f5c9a3be0d7c6125e84', 'hex')
