import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LogStore, Outputs, QueuedJob } from '@sluice/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AttemptAbortedError } from '../src/attempt-aborted-error.ts'
import { LogWriter } from '../src/log-writer.ts'
import type { ShellOptions } from '../src/shell-options.ts'
import { ShellRunner } from '../src/shell-runner.ts'
import { Reporter } from '../src/worker-hooks.ts'
import { claimedJob } from './claimed-job.ts'

interface Run {
  readonly done: Promise<Outputs>
  readonly abort: () => void
  /** Resolves once the script has printed the text. */
  readonly printed: (text: string) => Promise<void>
  readonly output: () => string
}

function run(command: string, job: Partial<QueuedJob> = {}, options: ShellOptions = {}, graceMs = 5000): Run {
  const claimed = claimedJob({ command, ...job }, { attempt: 1 })
  const controller = new AbortController()
  let text = ''
  const waiting = new Map<string, () => void>()
  const onLog = (_: unknown, output: { text: string }) => {
    text += output.text
    for (const [wanted, resolve] of waiting) if (text.includes(wanted)) resolve()
  }
  const logs = { append: async () => {} } as unknown as LogStore
  const log = new LogWriter(logs, claimed, new Reporter({ onLog }))
  const context = { job: claimed.job, attempt: 1, workerId: 'w1', signal: controller.signal, log }
  return {
    done: new ShellRunner(options, graceMs).run(context),
    abort: () => controller.abort(new AttemptAbortedError('cancelled', 'the job was cancelled')),
    printed: (wanted) =>
      text.includes(wanted) ? Promise.resolve() : new Promise((resolve) => waiting.set(wanted, resolve)),
    output: () => text,
  }
}

/** The living members of the process group of a script that printed `group=$$`. */
function livingMembers(output: string): string[] {
  const group = /group=(\d+)/.exec(output)?.[1]
  const processes = execFileSync('ps', ['-A', '-o', 'pgid=,stat=,args='], { encoding: 'utf8' })
  return processes.split('\n').filter((line) => new RegExp(`^\\s*${group}\\s+[^Z]`).test(line))
}

describe('ShellRunner', () => {
  let temporary: string

  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'worker-test-'))
    vi.stubEnv('TMPDIR', temporary)
  })

  afterEach(() => {
    vi.unstubAllEnvs()
    expect(readdirSync(temporary)).toEqual([])
    rmSync(temporary, { recursive: true })
  })

  it('runs a script and keeps what it prints', async () => {
    const { done, output } = run('echo out; echo err >&2')
    expect(await done).toEqual({})
    expect(output().split('\n').sort()).toEqual(['', 'err', 'out'])
  })

  it('stops at the first command that fails, with its exit code', async () => {
    const { done, output } = run('echo one\n(exit 3)\necho two')
    await expect(done).rejects.toMatchObject({ message: 'exit code 3', exitCode: 3, signal: undefined })
    expect(output()).toBe('one\n')
  })

  it('tells the signal that ended the script, or a command in it', async () => {
    await expect(run('kill -KILL $$').done).rejects.toMatchObject({ message: 'killed by SIGKILL', signal: 'SIGKILL' })
    const inner = run("sh -c 'kill -KILL $$'; echo unreached").done
    await expect(inner).rejects.toMatchObject({ message: 'exit code 137 (as for SIGKILL)', exitCode: 137 })
  })

  it('gives it nothing to read, and does not show the script to others', async () => {
    const { done, output } = run('cat; ps -o args= -p $$; : secret')
    await done
    expect(output()).toMatch(/script\.sh\n$/)
    expect(output()).not.toContain('secret')
  })

  it('passes the names of the attempt', async () => {
    const { done, output } = run('echo "$SLUICE_WORKFLOW_ID $SLUICE_JOB_ID $SLUICE_ATTEMPT $SLUICE_WORKER_ID"')
    await done
    expect(output()).toBe('run build 1 w1\n')
  })

  it('passes upstream outputs as variables and as a file', async () => {
    const upstreamOutputs = { 'fetch-data': { 'row.count': '42', note: 'two\nlines' } }
    const { done, output } = run('echo "$SLUICE_NEEDS_FETCH_DATA_ROW_COUNT"; cat "$SLUICE_NEEDS"', { upstreamOutputs })
    await done
    expect(output()).toBe(`42\n${JSON.stringify(upstreamOutputs)}`)
  })

  it('passes upstream outputs that are too large for an environment in the file alone, and says so', async () => {
    const upstreamOutputs = { big: { text: 'x'.repeat(200_000) } }
    const { done, output } = run('wc -c < "$SLUICE_NEEDS"; env | grep -c ^SLUICE_NEEDS_ || true', { upstreamOutputs })
    await done
    expect(output()).toMatch(
      /^the outputs of the needed jobs are too large for environment variables.*\n\s*200019\n\s*0\n$/,
    )
  })

  it('passes the payload as a file, if there is one', async () => {
    const { done, output } = run('cat "$SLUICE_PAYLOAD"', { payload: { files: ['a', 'b'] } })
    await done
    expect(output()).toBe('{"files":["a","b"]}')
    const without = run('env | grep -c ^SLUICE_PAYLOAD || true')
    await without.done
    expect(without.output()).toBe('0\n')
  })

  it('hands on what the script wrote to its output file', async () => {
    const { done } = run(
      'echo version=1.2 >> "$SLUICE_OUTPUT"\nprintf "notes<<END\\na\\nb\\nEND\\n" >> "$SLUICE_OUTPUT"',
    )
    expect(await done).toEqual({ version: '1.2', notes: 'a\nb' })
  })

  it('fails for good where the output file cannot be understood', async () => {
    const { done } = run('echo fine=1 >> "$SLUICE_OUTPUT"; echo broken >> "$SLUICE_OUTPUT"')
    await expect(done).rejects.toMatchObject({
      message: '$SLUICE_OUTPUT, line 2: expected key=value or key<<END, not "broken"',
      retryable: false,
    })
  })

  it('refuses an output file that is far too large, or no file', async () => {
    await expect(run('head -c 600000 /dev/zero > "$SLUICE_OUTPUT"').done).rejects.toThrow(
      '$SLUICE_OUTPUT: it has 600000 bytes, but outputs may have at most 262144 in all',
    )
    await expect(run('rm "$SLUICE_OUTPUT"; mkdir "$SLUICE_OUTPUT"').done).rejects.toThrow(
      '$SLUICE_OUTPUT: it is no longer a regular file',
    )
    expect(await run('rm "$SLUICE_OUTPUT"').done).toEqual({})
  })

  it('inherits the environment of the worker: all of it, some of it, or none', async () => {
    vi.stubEnv('COLOUR', 'red')
    vi.stubEnv('SECRET', 'word')
    const script = 'echo "$COLOUR/$SECRET/$EXTRA"'
    const outputOf = async (options: ShellOptions) => {
      const { done, output } = run(script, {}, options)
      await done
      return output()
    }
    expect(await outputOf({})).toBe('red/word/\n')
    expect(await outputOf({ inheritEnv: ['COLOUR', 'ABSENT'], env: { EXTRA: 'x' } })).toBe('red//x\n')
    expect(await outputOf({ inheritEnv: false })).toBe('//\n')
    expect(await outputOf({ env: { COLOUR: 'blue' } })).toBe('blue/word/\n')
  })

  it('does not inherit what was meant for another job', async () => {
    vi.stubEnv('SLUICE_NEEDS_OTHER_KEY', 'x')
    vi.stubEnv('SLUICE_PAYLOAD', '/other/payload.json')
    vi.stubEnv('SLUICE_SETTING', 'kept')
    const { done, output } = run('env | grep -E "^SLUICE_(NEEDS_|PAYLOAD|SETTING)"')
    await done
    expect(output()).toBe('SLUICE_SETTING=kept\n')
  })

  it('starts in the given directory, with the given shell', async () => {
    const { done, output } = run('pwd; echo "$0"', {}, { cwd: '/', path: '/bin/sh' })
    await done
    expect(output()).toMatch(/^\/\n.*script\.sh\n$/)
  })

  it('tells what is missing where it cannot start', async () => {
    await expect(run('true', {}, { path: '/no/shell' }).done).rejects.toThrow(
      'cannot start /no/shell: spawn /no/shell ENOENT',
    )
    await expect(run('true', {}, { cwd: '/no/folder' }).done).rejects.toThrow('in /no/folder')
  })

  it('ends the whole group when it is aborted', async () => {
    const { done, abort, printed, output } = run('echo group=$$; sleep 100 & sh -c "sleep 100" & sleep 100')
    await printed('group=')
    expect(livingMembers(output()).length).toBeGreaterThan(1)
    abort()
    await expect(done).rejects.toMatchObject({ signal: 'SIGTERM' })
    expect(livingMembers(output())).toEqual([])
  })

  it('kills what ignores SIGTERM after the grace', async () => {
    const script = 'trap "" TERM; echo group=$$; while true; do sleep 0.01; done'
    const { done, abort, printed, output } = run(script, {}, {}, 50)
    await printed('group=')
    abort()
    await expect(done).rejects.toMatchObject({ message: 'killed by SIGKILL' })
    expect(livingMembers(output())).toEqual([])
  })

  it('lets a script that ends on SIGTERM clean up within the grace', async () => {
    const script = 'trap "echo cleaned; exit 7" TERM; echo group=$$; while true; do sleep 0.01; done'
    const { done, abort, printed, output } = run(script)
    await printed('group=')
    abort()
    await expect(done).rejects.toMatchObject({ exitCode: 7 })
    expect(output()).toContain('cleaned')
  })

  it('ends what a script left in the background, even what ignores SIGTERM', async () => {
    const { done, output } = run(
      'echo group=$$; (trap "" TERM; while true; do sleep 0.01; done) & sleep 100 >/dev/null 2>&1 &',
    )
    expect(await done).toEqual({})
    expect(livingMembers(output())).toEqual([])
  })

  it('does not wait for a process that left the group and keeps the output open', async () => {
    const { done, output } = run(
      `"${process.execPath}" -e 'const c = require("child_process").spawn("sleep", ["5"], { detached: true, stdio: "inherit" }); console.log("stray=" + c.pid); c.unref()'`,
    )
    await done
    const stray = Number(/stray=(\d+)/.exec(output())?.[1])
    expect(process.kill(stray, 'SIGKILL')).toBe(true)
  })

  it('does not start where it was aborted before', async () => {
    const { done, abort, output } = run('echo started')
    abort()
    await expect(done).rejects.toMatchObject({ reason: 'cancelled' })
    expect(output()).toBe('')
  })

  it('takes a script of any size', async () => {
    const { done, output } = run(`${'# padding\n'.repeat(90_000)}echo end`)
    await done
    expect(output()).toBe('end\n')
  })

  it('keeps characters whole that arrive in pieces', async () => {
    const { done, output } = run(String.raw`printf '\360\237'; sleep 0.05; printf '\232\200\n'; printf '\377'`)
    await done
    expect(output()).toBe('🚀\n\ufffd')
  })

  it('uses sh where there is no bash', async () => {
    const folder = mkdtempSync(join(temporary, 'path-'))
    writeFileSync(join(folder, 'sh'), '#!/bin/sh\necho by sh\nexec /bin/sh "$@"\n', { mode: 0o755 })
    vi.stubEnv('PATH', folder)
    const { done, output } = run('echo done')
    await done
    rmSync(folder, { recursive: true })
    expect(output()).toBe('by sh\ndone\n')
  })
})
