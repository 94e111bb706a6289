import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, it } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../src/program.ts'

const examples = new URL('../examples/', import.meta.url)
const readExample = (path: string) => readFileSync(new URL(path, examples), 'utf8')

const UNITS = ['systemd/sluice.service', 'systemd/sluice-worker.service']
const { server, worker } = parse(readExample('container/compose.yaml')).services

/** What the examples start, without the name of the program. */
const COMMAND_LINES = [
  ...UNITS.map((unit) => /^ExecStart=\/usr\/bin\/env sluice (.+)$/m.exec(readExample(unit))?.[1] ?? ''),
  server.command,
  worker.command,
  JSON.parse(/^CMD (.+)$/m.exec(readExample('container/Dockerfile'))?.[1] ?? '[]').join(' '),
  ...[...readExample('container/compose.yaml').matchAll(/server (token [^>\n]+)/g)].map(([, line]) => line?.trim()),
]

/** Parses a command line without running it. */
function parseLine(line: string): { readonly command: Command; readonly args: readonly string[] } {
  let command = createProgram(() => {})
  const words = line.split(' ')
  for (;;) {
    const found = command.commands.find((each) => each.name() === words[0])
    if (found === undefined) return { command, args: words }
    command = found
    words.shift()
  }
}

/** The seconds that a running job may get when a command ends, unless somebody says otherwise. */
function drainSeconds(line: string): number {
  const { command, args } = parseLine(line)
  command.parseOptions([...args])
  return command.opts().drain / 1000
}

describe('the examples of deployments', () => {
  it.each(COMMAND_LINES)('start `sluice %s` with options that there are', (line) => {
    const { command, args } = parseLine(line)
    assert.notEqual(command.name(), 'sluice', `there is no command in ${line}`)
    assert.deepEqual(command.parseOptions([...args]).unknown, [])
  })

  it('kill nothing before running jobs have had their time', () => {
    for (const unit of UNITS) {
      const stopSeconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(readExample(unit))?.[1])
      assert.ok(stopSeconds > drainSeconds(unit.includes('worker') ? 'worker' : 'serve'), unit)
    }
    for (const { command, stop_grace_period } of [server, worker])
      assert.ok(Number.parseInt(stop_grace_period, 10) > drainSeconds(command), command)
  })

  const { status } = spawnSync('systemd-analyze', ['--version'])
  it.skipIf(status !== 0).each(UNITS)('%s is a unit that systemd takes', (unit) => {
    const path = fileURLToPath(new URL(unit, examples))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' })
  })
})
