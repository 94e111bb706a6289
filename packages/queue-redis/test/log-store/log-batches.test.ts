import type { LogChunk } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { batchChunks } from '../../src/log-store/log-batches.ts'
import { decodeChunk, logName } from '../../src/log-store/stored-chunk.ts'

const MIB = 1024 * 1024

describe('batchChunks', () => {
  it('sorts chunks by their jobs and keeps the order of each', () => {
    const chunks = [chunk('a', 5), chunk('b', 1), chunk('a', 3), chunk('a', 4)]
    expect(batchChunks(chunks, MIB).map(({ name, batches }) => [name, batches.map(sequencesOf)])).toEqual([
      ['3:run:a', [[5, 3, 4]]],
      ['3:run:b', [[1]]],
    ])
  })

  it('splits many chunks, and long ones', () => {
    const many = batchChunks(
      Array.from({ length: 1100 }, (_, index) => chunk('a', index)),
      MIB,
    )
    expect(many[0]?.batches.map((batch) => sequencesOf(batch).length)).toEqual([500, 500, 100])
    const long = batchChunks(
      [0, 1, 2].map((index) => chunk('a', index, 'x'.repeat(400_000))),
      MIB,
    )
    expect(long[0]?.batches.map(sequencesOf)).toEqual([[0], [1], [2]])
  })

  it('sends hardly more of a text than can be stored', () => {
    const [log] = batchChunks([chunk('a', 0, '\u{1f680}'.repeat(MIB))], 1000)
    const sent = Buffer.byteLength(log?.batches[0]?.[3] ?? '')
    expect(sent).toBeGreaterThan(1000)
    expect(sent).toBeLessThan(1010)
  })

  it('writes the largest numbers in full, so that they sort as text', () => {
    const [log] = batchChunks([{ ...chunk('a', Number.MAX_SAFE_INTEGER), attempt: 7 }], MIB)
    expect(log?.batches[0]?.slice(0, 2)).toEqual(['0000000000000007', '9007199254740991'])
  })
})

describe('logName', () => {
  it('tells apart ids that read the same together', () => {
    expect(logName({ workflowId: 'a:b', jobId: 'c' })).not.toBe(logName({ workflowId: 'a', jobId: 'b:c' }))
  })
})

describe('decodeChunk', () => {
  const ref = { workflowId: 'run', jobId: 'a' }

  it('reads the text as it is, with spaces and line breaks', () => {
    expect(decodeChunk(ref, 3, '1700000000000 1 9007199254740991 stderr  two\nlines !\n')).toEqual({
      ...ref,
      attempt: 1,
      sequence: Number.MAX_SAFE_INTEGER,
      stream: 'stderr',
      position: 3,
      at: 1_700_000_000_000,
      text: ' two\nlines !\n',
    })
  })

  it('reads the mark of a truncated chunk', () => {
    expect(decodeChunk(ref, 0, '1 0 0 stdout! ')).toMatchObject({ text: '', truncated: true })
  })
})

function chunk(jobId: string, sequence: number, text = 'line\n'): LogChunk {
  return { workflowId: 'run', jobId, attempt: 0, sequence, stream: 'stdout', text }
}

function sequencesOf(batch: readonly string[]): number[] {
  return batch.filter((_, index) => index % 4 === 1).map(Number)
}
