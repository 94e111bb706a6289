import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Deadline, DeadlineError } from '../../src/database/deadline.ts'

const never = new Promise<never>(() => {})

describe('Deadline', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('settles as the promise does', async () => {
    await expect(new Deadline(1000).limit(Promise.resolve(7))).resolves.toBe(7)
    await expect(new Deadline(1000).limit(Promise.reject(new TypeError('no')))).rejects.toThrow(TypeError)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('rejects when the time is up', async () => {
    const limited = expect(new Deadline(1000).limit(never)).rejects.toThrow(DeadlineError)
    await vi.advanceTimersByTimeAsync(1000)
    await limited
  })

  it('limits all that it is given by one moment', async () => {
    const deadline = new Deadline(1000)
    await vi.advanceTimersByTimeAsync(900)
    const limited = expect(deadline.limit(never)).rejects.toThrow(DeadlineError)
    await vi.advanceTimersByTimeAsync(100)
    await limited
  })

  it('begins anew with each answer', async () => {
    const deadline = new Deadline(1000)
    let isLate = false
    const limited = deadline.limit(never).catch(() => {
      isLate = true
    })
    await vi.advanceTimersByTimeAsync(900)
    deadline.renew()
    await vi.advanceTimersByTimeAsync(900)
    expect(isLate).toBe(false)
    await vi.advanceTimersByTimeAsync(100)
    await limited
    expect(isLate).toBe(true)
  })

  it('has no end without a limit', async () => {
    const deadline = new Deadline(Number.POSITIVE_INFINITY)
    const limited = deadline.limit(new Promise((resolve) => setTimeout(resolve, 2 ** 31 - 1, 'late')))
    await vi.advanceTimersByTimeAsync(2 ** 31)
    await expect(limited).resolves.toBe('late')
  })
})
