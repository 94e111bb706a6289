import { describe, expect, it } from 'vitest'
import { LogPageSize } from '../src/log-page-size.ts'
import type { StoredLogChunk } from '../src/log-store.ts'

/** A log whose chunks have so many characters each, as pages of it are read. */
function logOf(...lengths: number[]) {
  const chunks = lengths.map((length, position): StoredLogChunk => {
    const names = { workflowId: 'run', jobId: 'build', attempt: 0, sequence: position, stream: 'stdout' } as const
    return { ...names, text: 'x'.repeat(length), position, at: 0 }
  })
  return (from: number, limit: number) => chunks.slice(from, from + limit)
}

/** Reads a log to its end, and tells how many chunks each page had. */
function pagesOf(read: ReturnType<typeof logOf>): number[] {
  const size = new LogPageSize()
  const pages: number[] = []
  let from = 0
  for (;;) {
    const page = size.fit(read(from, size.limit))
    if (page.length === 0) return pages
    expect(page[0]?.position).toBe(from)
    pages.push(page.length)
    from += page.length
  }
}

const KIB = 1024

describe('LogPageSize', () => {
  it('asks for more and more small chunks, up to 100', () => {
    expect(pagesOf(logOf(...Array(250).fill(10)))).toEqual([4, 8, 16, 32, 64, 100, 26])
  })

  it('keeps what has 64 Ki characters together', () => {
    expect(pagesOf(logOf(...Array(8).fill(32 * KIB)))).toEqual([2, 2, 2, 2])
  })

  it('keeps a chunk that is larger than a page alone', () => {
    expect(pagesOf(logOf(10, 500 * KIB, 500 * KIB, 10, 10, 10))).toEqual([1, 1, 1, 1, 2])
  })

  it('drops what does not fit when small chunks are followed by large ones, and asks for fewer then', () => {
    const size = new LogPageSize()
    const read = logOf(...Array(60).fill(10), ...Array(100).fill(60 * KIB))
    for (const from of [0, 4, 12, 28]) size.fit(read(from, size.limit))
    expect(size.limit).toBe(64)
    expect(size.fit(read(60, size.limit))).toHaveLength(1)
    expect(size.limit).toBe(1)
  })
})
