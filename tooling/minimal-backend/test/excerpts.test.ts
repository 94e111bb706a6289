import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const root = new URL('../', import.meta.url)
const document = new URL('../../docs/write-a-backend.md', root)

const sources = await readSources(['src/', 'test/'])
const excerpts = excerptsOf(await readFile(document, 'utf8'))

test('the document quotes the sources', () => {
  expect(excerpts.length).toBeGreaterThan(10)
})

test.each(excerpts)('%s is in the sources as it is quoted', (_, excerpt) => {
  expect(sources.some((source) => source.includes(excerpt))).toBe(true)
})

/** Reads every source, without what only the formatter decides. */
async function readSources(folders: readonly string[]): Promise<string[]> {
  const texts = folders.map(async (folder) => {
    const files = await readdir(new URL(folder, root))
    return Promise.all(files.map((file) => readFile(new URL(folder + file, root), 'utf8')))
  })
  return (await Promise.all(texts)).flat().map(normalize)
}

/** The blocks of TypeScript and SQL in a document, each with its first line as its name. */
function excerptsOf(markdown: string): [name: string, excerpt: string][] {
  return [...markdown.matchAll(/^```(?:ts|sql)\n(.*?)^```$/gms)].map(([, block = '']) => {
    return [block.trim().split('\n', 1)[0] ?? '', normalize(block)]
  })
}

function normalize(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
