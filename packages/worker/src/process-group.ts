import { readdir, readFile } from 'node:fs/promises'
import { onProcessExit } from './process-exit.ts'
import type { Ward } from './process-guard.ts'

const KILL_WAIT_MS = 1000
const LONGEST_POLL_MS = 100

/**
 * A child process and all its descendants that did not leave its group.
 *
 * The child must have been spawned with `detached`, so that its pid names the group. Whatever is left of the group is killed when
 * this process exits, and by the guard when this process is killed.
 */
export class ProcessGroup {
  readonly #id: number
  readonly #forget: () => void

  constructor(id: number, ward: Ward) {
    this.#id = id
    const cancelKill = onProcessExit(() => this.signal('SIGKILL'))
    ward.name(id)
    this.#forget = () => {
      cancelKill()
      ward.release()
    }
  }

  /** Sends a signal to every member, and tells whether there was one. */
  signal(signal: NodeJS.Signals | 0): boolean {
    try {
      return process.kill(-this.#id, signal)
    } catch (error) {
      // EPERM: there are members, and they belong to another user.
      return (error as NodeJS.ErrnoException).code === 'EPERM'
    }
  }

  /**
   * Ends every member: with SIGTERM, and after the grace with SIGKILL. Tells whether none is left.
   *
   * It is false only where a member belongs to another user, or hangs in the kernel.
   */
  async terminate(graceMs: number): Promise<boolean> {
    const isGone = (await this.#end('SIGTERM', graceMs)) || (await this.#end('SIGKILL', KILL_WAIT_MS))
    if (isGone) this.#forget()
    return isGone
  }

  async #end(signal: NodeJS.Signals, withinMs: number): Promise<boolean> {
    if (!this.signal(signal)) return true
    const until = performance.now() + withinMs
    // No event tells of the end of a process that is not a child of this one.
    for (let pollMs = 2; ; pollMs = Math.min(pollMs * 2, LONGEST_POLL_MS)) {
      const remainingMs = until - performance.now()
      if (remainingMs <= 0) return false
      await new Promise((resolve) => setTimeout(resolve, Math.min(pollMs, remainingMs)))
      if (!this.signal(0) || !(await hasLivingMember(this.#id))) return true
    }
  }
}

/**
 * Tells whether a group has a member that is not a zombie.
 *
 * Where process 1 does not reap, as in a container without an init, the zombies of a group stay for ever and still take signals. Only
 * Linux tells them apart here; elsewhere they count as living.
 */
async function hasLivingMember(groupId: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const entries = await readdir('/proc').catch(() => null)
  if (entries === null) return true
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
    // The name, in parentheses, may contain anything; after it come the state, the parent and the group.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(group) === groupId && state !== 'Z' && state !== 'X') return true
  }
  return false
}
