import { type JobQueue, LeaseExpiredError } from '@sluice/core'
import { InMemoryJobQueue } from '@sluice/queue-memory'
import { expect, it } from 'vitest'
import { crashStorm } from '../src/index.ts'
import { serveQueue } from './fixtures/remote-queue.ts'

const module = new URL('./fixtures/remote-backend.fixture.ts', import.meta.url).href

/** Has a storm over a queue in this process, which all the others call. */
async function storm(queue: JobQueue) {
  const { port, close } = await serveQueue(queue)
  try {
    return await crashStorm({ module, argument: port, jobs: 80, leaseTtlMs: 400, strikes: 10, strikeEveryMs: 300 })
  } finally {
    close()
    await queue.close()
  }
}

/** Makes every tenth call of a method go wrong. */
function everyTenth<Method extends (...args: never[]) => unknown>(right: Method, wrong: Method): Method {
  let calls = 0
  const either = (...args: Parameters<Method>) => {
    calls += 1
    return calls % 10 === 0 ? wrong(...args) : right(...args)
  }
  return either as Method
}

const breaks: [string, (queue: InMemoryJobQueue) => void, RegExp][] = [
  [
    'forgets completions',
    (queue) => {
      queue.complete = everyTenth(queue.complete.bind(queue), async () => {})
    },
    /completed by|lost the completion/,
  ],
  [
    'takes live leases away',
    (queue) => {
      queue.complete = everyTenth(queue.complete.bind(queue), async (leaseId) => {
        throw new LeaseExpiredError(leaseId)
      })
    },
    /refused complete on .*, a live lease/,
  ],
  [
    'gives jobs to two workers',
    (queue) => {
      const claim = queue.claim.bind(queue)
      queue.claim = everyTenth(claim, async (options) => {
        const claimed = await claim(options)
        if (claimed) await queue.release(claimed.lease.leaseId)
        return claimed
      })
    },
    /two live leases|gave attempt \d twice/,
  ],
]

it('finds nothing wrong with a queue that keeps the contract', { timeout: 120_000 }, async () => {
  const report = await storm(new InMemoryJobQueue())
  expect(report.breaches).toEqual([])
  expect(report).toMatchObject({ gaps: 0 })
  for (const count of [report.kills, report.claims, report.reaped, report.completed]) expect(count).toBeGreaterThan(0)
})

it.each(breaks)('finds a queue that %s', { timeout: 120_000 }, async (_, damage, complaint) => {
  const queue = new InMemoryJobQueue()
  damage(queue)
  const { breaches } = await storm(queue)
  expect(breaches).toContainEqual(expect.stringMatching(complaint))
})
