// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the expressions are those of shells.
import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { scriptOfSteps, scriptWithEnv } from '../../src/definition/shell-script.ts'

/** Runs a script as a worker does. */
function run(shell: string, script: string) {
  const { status, stdout, stderr } = spawnSync(shell, ['-e', '-c', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, OUTER: 'outer' },
  })
  return { status, stdout, stderr }
}

describe('scriptWithEnv', () => {
  it('leaves a script without env as it is', () => {
    expect(scriptWithEnv('resize-image', {})).toBe('resize-image')
  })
})

describe.each(['sh', 'bash'])('in %s', { timeout: 60_000 }, (shell) => {
  it('keeps directory, variables and functions from step to step', () => {
    const script = scriptOfSteps(
      [{ run: 'cd /\ncount=1\nshout() { echo "$1!"; }' }, { run: 'count=$((count + 1))\nshout "$PWD $count"' }],
      {},
    )
    expect(run(shell, script)).toMatchObject({ status: 0, stdout: expect.stringMatching(/\n\/ 2!\n$/) })
  })

  it('announces each step by its name, or else by the first line of its script', () => {
    const script = scriptOfSteps([{ name: "It's %s \\n", run: 'true' }, { run: '\ntrue # first\ntrue' }], {})
    expect(run(shell, script).stdout).toBe("==> It's %s \\n (1/2)\n==> true # first (2/2)\n")
  })

  it('stops at the first line that fails, with its status', () => {
    const script = scriptOfSteps([{ name: 'a', run: 'echo one\n(exit 7)\necho two' }, { run: 'echo three' }], {})
    expect(run(shell, script)).toMatchObject({ status: 7, stdout: '==> a (1/2)\none\n' })
  })

  it('stops at the first line that fails in a script with env, even without -e', () => {
    const { status, stdout } = spawnSync(shell, ['-c', scriptWithEnv('echo one\nfalse\necho two', { A: '1' })], {
      encoding: 'utf8',
    })
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'one\n' })
  })

  it('turns -e on again for the next step', () => {
    const script = scriptOfSteps(
      [
        { name: 'a', run: 'set +e\nfalse\necho on' },
        { name: 'b', run: 'false\necho on' },
      ],
      {},
    )
    expect(run(shell, script)).toMatchObject({ status: 1, stdout: '==> a (1/2)\non\n==> b (2/2)\n' })
  })

  it('ends with a step that turned -e off and fails with its last line', () => {
    const script = scriptOfSteps(
      [
        { name: 'a', run: 'set +e\nfalse' },
        { name: 'b', run: 'echo on' },
      ],
      {},
    )
    expect(run(shell, script)).toMatchObject({ status: 1, stdout: '==> a (1/2)\n' })
  })

  it('gives a step its own env, and takes it away again', () => {
    const show = 'echo "$JOB ${STEP-unset} $OUTER"'
    const script = scriptOfSteps(
      [
        { name: 'a', run: show },
        { name: 'b', run: show, env: { STEP: 'b', JOB: 'other', OUTER: '' } },
        { name: 'c', run: `set -u\n${show}` },
        { name: 'd', run: show, env: { STEP: 'd' } },
      ],
      { JOB: 'job' },
    )
    expect(
      run(shell, script)
        .stdout.split('\n')
        .filter((line) => !line.startsWith('==>')),
    ).toEqual(['job unset outer', 'other b ', 'job unset outer', 'job d outer', ''])
  })

  it('exports its env to the programs of a step', () => {
    const script = scriptOfSteps([{ name: 'a', run: `${shell} -c 'echo $A$B'`, env: { B: '2' } }], { A: '1' })
    expect(run(shell, script).stdout).toBe('==> a (1/1)\n12\n')
  })

  it('passes every value on as it is', () => {
    const values = [
      "'",
      "''\\''",
      '$(echo no)',
      '`echo no`',
      '$HOME',
      '\\',
      'a\nb\n',
      '"',
      '!!',
      ' ',
      '*',
      '-n',
      'ä😀',
      '%s\\n',
    ]
    const env = Object.fromEntries(values.map((value, index) => [`V${index}`, value]))
    const names = Object.keys(env)
    const show = `printf "<%s>" ${names.map((name) => `"$${name}"`).join(' ')}`
    const shown = values.map((value) => `<${value}>`).join('')
    const steps = [
      { name: 'a', run: show, env },
      { name: 'b', run: `printf '\n%s' "\${V1-unset}"` },
    ]
    expect(run(shell, scriptOfSteps(steps, {})).stdout).toBe(`==> a (1/2)\n${shown}==> b (2/2)\n\nunset`)
    expect(run(shell, scriptWithEnv(show, env)).stdout).toBe(shown)
  })

  it('keeps what is odd at the end of a step away from the next one', () => {
    const script = scriptOfSteps(
      [
        { name: 'a', run: 'echo a \\' },
        { name: 'b', run: 'echo b # "' },
        { name: 'c', run: 'cat <<EOF\nc\n' },
        { name: 'd', run: `echo 'd'"d"` },
      ],
      {},
    )
    const lines = run(shell, script).stdout.split('\n')
    expect(lines).toEqual(['==> a (1/4)', 'a \\', '==> b (2/4)', 'b', '==> c (3/4)', 'c', '==> d (4/4)', 'dd', ''])
  })

  it.each([
    ['an open quote', "echo 'one"],
    ['an open block', 'if true; then'],
  ])('ends with a step that has %s', (_, first) => {
    const script = scriptOfSteps(
      [
        { name: 'a', run: first },
        { name: 'b', run: 'echo two' },
      ],
      {},
    )
    const { status, stdout } = run(shell, script)
    expect(status).not.toBe(0)
    expect(stdout).toBe('==> a (1/2)\n')
  })
})
