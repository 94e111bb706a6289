import { BackendUnavailableError } from '@sluice/core'
import { describe, expect, it } from 'vitest'
import { Coalescer, MAX_WEIGHT, type Outcome } from '../../src/queue/coalescer.ts'

type Flush = (items: readonly number[]) => Promise<readonly Outcome<number>[]>

function doubled(items: readonly number[]): Outcome<number>[] {
  return items.map((item) => ({ value: item * 2 }))
}

/** Notes the batches, and answers each as told. */
function coalescer(flush: Flush = async (items) => doubled(items), weigh?: (item: number) => number) {
  const batches: number[][] = []
  const subject = new Coalescer<number, number>({
    store: 'a store',
    maxItems: 5,
    flush: (items) => {
      batches.push([...items])
      return flush(items)
    },
    ...(weigh ? { weigh } : {}),
  })
  return { subject, batches }
}

describe('Coalescer', () => {
  it('does what was asked for in one turn in one go', async () => {
    const { subject, batches } = coalescer()
    expect(await Promise.all([1, 2, 3].map((item) => subject.add(item)))).toEqual([2, 4, 6])
    expect(batches).toEqual([[1, 2, 3]])
  })

  it('keeps to the size of a batch, and to the order', async () => {
    const { subject, batches } = coalescer()
    await Promise.all([1, 2, 3, 4, 5, 6, 7].map((item) => subject.add(item)))
    expect(batches).toEqual([
      [1, 2, 3, 4, 5],
      [6, 7],
    ])
  })

  it('does an item that is too heavy for any batch by itself', async () => {
    const { subject, batches } = coalescer(undefined, (item) => (item === 2 ? MAX_WEIGHT + 1 : 1))
    await Promise.all([1, 2, 3].map((item) => subject.add(item)))
    expect(batches).toEqual([[1], [2], [3]])
  })

  it('has two batches under way at the most, and gathers meanwhile', async () => {
    const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    let flushes = 0
    const { subject, batches } = coalescer(async (items) => {
      await answers[flushes++]?.promise
      return doubled(items)
    })
    const first = [subject.add(1)]
    await turn()
    first.push(subject.add(2))
    await turn()
    const later = [subject.add(3), subject.add(4)]
    await turn()
    expect(batches).toEqual([[1], [2]])
    answers[0]?.resolve()
    await Promise.all(later)
    expect(batches).toEqual([[1], [2], [3, 4]])
    answers[1]?.resolve()
    await Promise.all(first)
  })

  it('lets a bad item fail alone', async () => {
    const { subject } = coalescer(async (items) => {
      if (items.includes(2)) throw new Error('2 is bad')
      return doubled(items)
    })
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => subject.add(item)))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('repeats nothing when the store is down: it may have been done', async () => {
    const { subject, batches } = coalescer(async () => {
      throw new BackendUnavailableError('a store')
    })
    const outcomes = await Promise.allSettled([1, 2, 3].map((item) => subject.add(item)))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(batches).toEqual([[1, 2, 3]])
  })

  it('tells of an outage all that wait, within the time of one call', async () => {
    const answers = [Promise.withResolvers<never>(), Promise.withResolvers<never>()]
    let flushes = 0
    const { subject, batches } = coalescer(
      () => answers[flushes++]?.promise ?? Promise.reject(new Error('one too many')),
    )
    const calls = [subject.add(1)]
    await turn()
    calls.push(subject.add(2))
    await turn()
    calls.push(...[3, 4, 5, 6, 7, 8, 9].map((item) => subject.add(item)))
    const outcomes = Promise.allSettled(calls)
    for (const { reject } of answers) reject(new BackendUnavailableError('a store'))
    expect((await outcomes).map(({ status }) => status)).toEqual(calls.map(() => 'rejected'))
    expect(batches).toEqual([[1], [2]])
  })

  it('refuses what comes when too much waits already', async () => {
    const { subject } = coalescer(() => new Promise(() => {}))
    for (let item = 0; item < 20_000; item++) void subject.add(item)
    await expect(subject.add(20_000)).rejects.toThrow('a store is unavailable')
  })

  it('rejects an item for which the batch has an error', async () => {
    const { subject } = coalescer(async (items) =>
      items.map((item) => (item === 2 ? { error: new Error('refused') } : { value: item })),
    )
    const outcomes = await Promise.allSettled([1, 2].map((item) => subject.add(item)))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  })
})

/** Lets what was scheduled begin. */
async function turn(): Promise<void> {
  for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve))
}
