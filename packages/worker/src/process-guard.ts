import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'

const IDLE_MS = 10_000

/**
 * Reads `+ group` and `- group` lines until all writers of the pipe are gone, then ends the groups that are left: with SIGTERM, and
 * what is still there after two seconds with SIGKILL.
 */
export const GUARD_SCRIPT = `
trap '' INT TERM HUP
groups=' '
while read -r change group; do
  case $change in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -s TERM -- "-$group"; done
tries=0
while [ "$tries" -lt 20 ]; do
  left=
  for group in $groups; do kill -s 0 -- "-$group" && left="$left $group"; done
  [ -n "$left" ] || exit 0
  sleep 0.1
  tries=$((tries + 1))
done
for group in $left; do kill -s KILL -- "-$group"; done
`

/**
 * Runs the script named by `$0`, once the guard that reads descriptor 3 knows of its process group.
 *
 * The script registers itself, because its parent may be killed between starting it and telling the guard.
 */
export const GUARDED_START = 'trap "" PIPE; echo "+ $$" 2>/dev/null >&3 || :; trap - PIPE; exec 3>&-; . "$0"'

type Guard = ChildProcessByStdio<Writable, null, null>

/** The place of one process group under the guard, from before it is started until it is gone. */
export interface Ward {
  /** What the group's first process registers on; `null` where there can be no guard. */
  readonly pipe: Writable | null
  /** Names the group once it is known, so that another guard learns of it should this one be killed. */
  name(groupId: number): void
  /** The group is gone, or never came to be. */
  release(): void
}

/**
 * Ends the process groups that are left when this process is gone without having done so itself, as after SIGKILL.
 *
 * The guard is a small shell script in a session of its own. It notices the end of this process by the end of a pipe between them,
 * runs while there are groups and for a short while after, and does not keep this process alive.
 */
class ProcessGuard {
  readonly #groups = new Set<number>()
  #guard: Guard | null = null
  #wards = 0
  #idleTimer: NodeJS.Timeout | undefined

  /** Makes a place for a process group that is about to be started. */
  admit(): Ward {
    this.#wards++
    clearTimeout(this.#idleTimer)
    this.#guard ??= this.#start()
    const pipe = this.#guard?.stdin
    let named: number | undefined
    return {
      pipe: pipe === undefined || pipe.destroyed ? null : pipe,
      name: (groupId) => {
        named = groupId
        this.#groups.add(groupId)
      },
      release: () => this.#release(named),
    }
  }

  #release(groupId: number | undefined): void {
    this.#wards--
    if (groupId !== undefined) {
      this.#groups.delete(groupId)
      this.#guard?.stdin.write(`- ${groupId}\n`)
    }
    if (this.#wards === 0) this.#idleTimer = setTimeout(() => this.#dismiss(), IDLE_MS).unref()
  }

  #start(): Guard | null {
    const guard = spawn('/bin/sh', ['-c', GUARD_SCRIPT, 'sluice-guard'], {
      cwd: '/',
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    guard.on('error', () => {})
    // A process that could not be started may have no pipes.
    guard.stdin?.on('error', () => {})
    if (guard.pid === undefined) return null
    guard.once('exit', () => {
      if (this.#guard === guard) this.#guard = this.#groups.size > 0 ? this.#start() : null
    })
    guard.unref()
    ;(guard.stdin as Socket).unref()
    for (const groupId of this.#groups) guard.stdin.write(`+ ${groupId}\n`)
    return guard
  }

  #dismiss(): void {
    this.#guard?.stdin.end()
    this.#guard = null
  }
}

/** The guard of this process. */
export const processGuard = new ProcessGuard()
