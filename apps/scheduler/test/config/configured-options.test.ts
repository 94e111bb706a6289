import assert from 'node:assert/strict'
import { Command, Option } from 'commander'
import { describe, it, onTestFinished } from 'vitest'
import { applyConfig, chooseOne, configValues } from '../../src/config/configured-options.ts'

function parsed(args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  for (const [name, value] of Object.entries(env)) {
    process.env[name] = value
    onTestFinished(() => {
      delete process.env[name]
    })
  }
  return new Command('worker')
    .addOption(new Option('--server <url>').env('TEST_SERVER'))
    .addOption(new Option('--backend <location>').env('TEST_BACKEND'))
    .addOption(new Option('--lease-ttl <duration>').default(30_000))
    .exitOverride()
    .parse([...args], { from: 'user' })
}

describe('configValues', () => {
  it('prefers the section of a command to what all commands share', () => {
    const config = { logLevel: 'warn', worker: { leaseTtl: 5 }, serve: { port: 1 } } as const
    assert.deepEqual(configValues(config, 'worker'), { logLevel: 'warn', leaseTtl: 5 })
    assert.deepEqual(configValues(config, 'runs'), { logLevel: 'warn' })
  })
})

describe('applyConfig', () => {
  it('gives what neither a flag nor the environment gives, in place of a default', () => {
    const command = parsed(['--server', 'http://flag'], { TEST_BACKEND: 'env' })
    applyConfig(command, { server: 'http://file', backend: 'file', leaseTtl: 5, unknown: 1 })
    assert.deepEqual(command.opts(), { server: 'http://flag', backend: 'env', leaseTtl: 5 })
  })
})

describe('chooseOne', () => {
  it.each([
    [['--backend', 'x'], {}, { server: 'http://file' }, 'backend'],
    [['--server', 'http://x'], { TEST_BACKEND: 'x' }, {}, 'server'],
    [[], { TEST_BACKEND: 'x' }, { server: 'http://file' }, 'backend'],
    [[], {}, { server: 'http://file', backend: 'file' }, 'server'],
  ])('of %j, the environment %j and the file %j leaves the %s', (args, env, file, left) => {
    const command = parsed(args, env)
    applyConfig(command, file)
    chooseOne(command, 'server', 'backend')
    const { server, backend } = command.opts()
    assert.deepEqual(
      [server, backend].map((value) => value !== undefined),
      [left === 'server', left === 'backend'],
    )
  })

  it('refuses both as flags', () => {
    const command = parsed(['--server', 'http://x', '--backend', 'x'])
    assert.throws(() => chooseOne(command, 'server', 'backend'), /--server and --backend exclude each other/)
  })
})
