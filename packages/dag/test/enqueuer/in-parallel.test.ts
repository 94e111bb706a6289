import { describe, expect, it } from 'vitest'
import { inParallel } from '../../src/enqueuer/in-parallel.ts'

/** A call that ends when it is told to. */
function gate() {
  const open: (() => void)[] = []
  let inFlight = 0
  let most = 0
  const call = async (item: number) => {
    most = Math.max(most, ++inFlight)
    await new Promise<void>((resolve) => open.push(resolve))
    inFlight--
    return item * 2
  }
  return { call, open, most: () => most, inFlight: () => inFlight }
}

describe('inParallel', () => {
  it('keeps the order, and no more calls in flight than allowed', async () => {
    const { call, open, most } = gate()
    let isDone = false
    const results = inParallel([1, 2, 3, 4, 5], 2, call).finally(() => {
      isDone = true
    })
    while (!isDone) {
      open.pop()?.()
      await null
    }
    expect(await results).toEqual([2, 4, 6, 8, 10])
    expect(most()).toBe(2)
    expect(await inParallel([], 2, call)).toEqual([])
  })

  it('begins no more calls after one failed, and rejects once those in flight have ended', async () => {
    const { call, open, inFlight } = gate()
    const begun: number[] = []
    const results = inParallel([1, 2, 3, 4], 2, async (item) => {
      begun.push(item)
      if (item === 1) throw new Error('no')
      return call(item)
    })
    let isRejected = false
    const rejection = results.catch((error: Error) => {
      isRejected = true
      return error.message
    })
    for (let turn = 0; turn < 20; turn++) await null
    expect([begun, inFlight(), isRejected]).toEqual([[1, 2], 1, false])
    open.pop()?.()
    expect(await rejection).toBe('no')
    expect(begun).toEqual([1, 2])
  })
})
