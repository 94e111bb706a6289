import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, it } from 'vitest'
import { parseConfig } from '../src/config/config-file.ts'
import { configSchema } from '../src/config/config-schema.ts'
import { createProgram } from '../src/program.ts'
import { InProcessService } from './service/in-process-service.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** Every command that does something, with the names that lead to it. */
function commandsOf(command: Command, path: readonly string[] = []): [string, Command][] {
  const visible = command.createHelp().visibleCommands(command)
  const below = visible.filter((child) => child.name() !== 'help')
  if (below.length === 0) return [[path.join(' '), command]]
  return below.flatMap((child) => commandsOf(child, [...path, child.name()]))
}

const commands = commandsOf(createProgram(() => {}))

describe('the README', () => {
  it.each(commands)('names %s and each of its options', (path, command) => {
    assert.ok(readme.includes(`sluice ${path}`) || readme.includes(`\`sluice ${path}`), `sluice ${path}`)
    const missing = command.options.filter(
      ({ long }) => long && !readme.includes(`\`${long}`) && !readme.includes(` ${long} `),
    )
    assert.deepEqual(
      missing.map(({ long }) => long),
      [],
    )
  })

  it('names each variable of the environment', () => {
    const variables = commands.flatMap(([, { options }]) => options.map(({ envVar }) => envVar))
    const missing = variables.filter((name) => name !== undefined && !readme.includes(`\`${name}\``))
    assert.deepEqual(missing, [])
  })

  it('shows a configuration file that is right', () => {
    const [, example = ''] = /```yaml\n(backend: [\s\S]*?)```/.exec(readme) ?? []
    assert.equal(parseConfig(example, 'README.md').serve?.host, '0.0.0.0')
  })

  it('names each metric', async () => {
    const { url } = await InProcessService.start()
    const metrics = await (await fetch(`${url}/metrics`)).text()
    const names = Array.from(metrics.matchAll(/^# HELP (sluice_\S+)/gm), ([, name]) => name)
    assert.ok(names.length > 10)
    assert.deepEqual(
      names.filter((name) => !readme.includes(`\`${name}\``)),
      [],
    )
  })
})

describe('a configuration file', () => {
  it.each(['serve', 'worker'] as const)('takes every option of %s', (name) => {
    const [, command] = commands.find(([path]) => path === name) as [string, Command]
    const { serve, worker, ...shared } = configSchema.shape
    const section = { serve, worker }[name].unwrap().shape
    const known = new Set([...Object.keys(shared), ...Object.keys(section)])
    const options = command.options.map((option) => option.attributeName()).filter((option) => option !== 'config')
    assert.deepEqual(
      options.filter((option) => !known.has(option)),
      [],
    )
  })
})
