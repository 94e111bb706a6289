import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { FileTokenStore } from '../../src/api/auth/file-token-store.ts'
import { TokenFile } from '../../src/api/auth/token-file.ts'
import { InputError } from '../../src/input-error.ts'

async function tokenFile(): Promise<TokenFile> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tokens-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return new TokenFile(join(folder, 'deeper', 'tokens.json'))
}

function failing(error: unknown): never {
  throw error
}

describe('a file of tokens', () => {
  it('has only hashes, and only its owner can read it', async () => {
    const file = await tokenFile()
    const token = await file.create({ name: 'ci', roles: ['submit'] })
    expect(token).toMatch(/^sluice_[\w-]{43}$/)
    expect(await readFile(file.path, 'utf8')).not.toContain(token.slice(7))
    expect((await stat(file.path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(file.path, '..'))).toEqual(['tokens.json'])
  })

  it('keeps the tokens that are there', async () => {
    const file = await tokenFile()
    await file.create({ name: 'one', roles: ['read'] })
    await file.create({ name: 'two', roles: ['worker', 'read'] })
    expect(await file.read()).toMatchObject([{ name: 'one' }, { name: 'two', roles: ['worker', 'read'] }])
  })

  it.each([
    ['a name that is taken', { name: 'ci', roles: ['read'] as const }, /there is a token "ci" already/],
    ['a name that is none', { name: 'a b', roles: ['read'] as const }, /1 to 64 of/],
    ['no role', { name: 'none', roles: [] }, /roles/],
  ])('refuses %s', async (_, token, message) => {
    const file = await tokenFile()
    await file.create({ name: 'ci', roles: ['submit'] })
    await expect(file.create(token)).rejects.toThrow(message)
    expect(await file.read()).toHaveLength(1)
  })

  it('is not used where others can change it', async () => {
    const file = await tokenFile()
    await file.create({ name: 'ci', roles: ['submit'] })
    await chmod(file.path, 0o666)
    await expect(file.read()).rejects.toThrow(/chmod 600/)
  })

  it('says where it is not what it seems', async () => {
    const file = await tokenFile()
    await file.create({ name: 'ci', roles: ['submit'] })
    await writeFile(file.path, '{ "tokens": [{ "name": "ci" }] }')
    await expect(file.read()).rejects.toThrow(InputError)
  })

  it('loses no token of two that are made at once: one of them is refused', async () => {
    const file = await tokenFile()
    const names = ['a', 'b', 'c', 'd']
    const made = await Promise.allSettled(names.map((name) => file.create({ name, roles: ['read'] })))
    const kept = names.filter((_, index) => made[index]?.status === 'fulfilled')
    expect((await file.read()).map(({ name }) => name).sort()).toEqual(kept)
  })
})

describe('the tokens of a server', () => {
  it('are found by what was handed out, and by nothing else', async () => {
    const file = await tokenFile()
    const token = await file.create({ name: 'ci', roles: ['submit'] })
    const store = await FileTokenStore.open(file, failing)
    expect(await store.find(token)).toEqual({ name: 'ci', roles: ['submit'] })
    expect(await store.find(`${token}x`)).toBeNull()
    expect(await store.find('')).toBeNull()
  })

  it('run out', async () => {
    const file = await tokenFile()
    const token = await file.create({ name: 'guest', roles: ['read'], expiresAt: Date.now() - 1 })
    const store = await FileTokenStore.open(file, failing)
    expect(await store.find(token)).toBeNull()
    expect(await store.isEmpty()).toBe(false)
  })

  it('are read again when they change, so that a revoked one is refused', async () => {
    const now = vi.spyOn(performance, 'now')
    onTestFinished(() => now.mockRestore())
    const file = await tokenFile()
    const token = await file.create({ name: 'ci', roles: ['submit'] })
    const store = await FileTokenStore.open(file, failing)
    await file.revoke('ci')
    now.mockReturnValue(performance.now() + 1000)
    expect(await store.find(token)).toBeNull()
  })

  it('stay as they were when their file is broken, and somebody hears of it', async () => {
    const now = vi.spyOn(performance, 'now')
    onTestFinished(() => now.mockRestore())
    const file = await tokenFile()
    const token = await file.create({ name: 'ci', roles: ['submit'] })
    const errors: unknown[] = []
    const store = await FileTokenStore.open(file, (error) => errors.push(error))
    await writeFile(file.path, 'half a f')
    now.mockReturnValue(performance.now() + 1000)
    expect(await store.find(token)).not.toBeNull()
    expect(errors).toHaveLength(1)
  })
})
