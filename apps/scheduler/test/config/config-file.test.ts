import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, onTestFinished } from 'vitest'
import { parseConfig, readConfig } from '../../src/config/config-file.ts'
import { InputError } from '../../src/input-error.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-config-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

describe('readConfig', () => {
  it('reads the file of the user where none is named', async () => {
    const home = await folder()
    await mkdir(join(home, 'sluice'))
    await writeFile(join(home, 'sluice', 'config.yml'), 'server: https://sluice.example.org\n')
    assert.deepEqual(await readConfig(undefined, { XDG_CONFIG_HOME: home }), { server: 'https://sluice.example.org' })
  })

  it('is empty where there is no file', async () => {
    assert.deepEqual(await readConfig(undefined, { XDG_CONFIG_HOME: await folder() }), {})
  })

  it('refuses a named file that is not there', async () => {
    await assert.rejects(readConfig('nowhere.yml', {}), new InputError('cannot read nowhere.yml: no such file'))
  })
})

describe('parseConfig', () => {
  it('turns durations into milliseconds', () => {
    assert.deepEqual(parseConfig('serve: { drain: 1.5m, keepRuns: 30d }', 'c.yml'), {
      serve: { drain: 90_000, keepRuns: 2_592_000_000 },
    })
  })

  it('takes an empty file for an empty configuration', () => {
    assert.deepEqual(parseConfig('# nothing yet\n', 'c.yml'), {})
  })

  it('tells all that is wrong, and where', () => {
    assert.throws(
      () => parseConfig('serve: { port: 70000, drain: soon }\nbackened: memory\n', 'c.yml'),
      ({ message }: Error) => {
        assert.match(message, /^c\.yml: serve: port: Too big/m)
        assert.match(message, /^c\.yml: serve: drain: write a duration as in 90s, 15m or 30d$/m)
        assert.match(message, /^c\.yml: .*"backened"/m)
        return true
      },
    )
  })

  it('tells what is wrong with the YAML', () => {
    assert.throws(() => parseConfig('serve: [', 'c.yml'), /^InputError: c\.yml: .* at line 1/)
  })
})
