import assert from 'node:assert/strict'
import { LONG_MS, PAST_SHORT_MS, SHORT_MS, withCode } from './sample-jobs.ts'
import type { WorkflowStoreSuite } from './suite.ts'

export function schedulingSection({ describe, it }: WorkflowStoreSuite): void {
  describe('claimScheduling', () => {
    it('gives the turn to one owner at a time [WFS-9]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      const turn = await workflows.claimScheduling('s1', LONG_MS)
      assert.equal(turn?.owner, 's1')
      assert.equal(await other.claimScheduling('s2', LONG_MS), null)
      assert.equal(await workflows.claimScheduling('s3', 1), null)
    })

    it('gives the turn to one of many that ask at once [WFS-9]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      const owners = Array.from({ length: 8 }, (_, index) => `s${index}`)
      const claims = owners.map((owner, index) => (index % 2 ? workflows : other).claimScheduling(owner, LONG_MS))
      const turns = (await Promise.all(claims)).filter((turn) => turn !== null)
      assert.equal(turns.length, 1)
    })

    it('extends the turn of its owner in the same term [WFS-9]', async ({ workflows, advance, assertTime }) => {
      const first = await workflows.claimScheduling('s1', LONG_MS)
      await advance(SHORT_MS)
      const second = await workflows.claimScheduling('s1', 2 * LONG_MS)
      assert.equal(second?.term, first?.term)
      assertTime(second?.expiresAt, Number(first?.expiresAt) + LONG_MS + SHORT_MS)
    })

    it('gives the turn to another in a new term once its time is up [WFS-10]', async ({ workflows, peer, advance }) => {
      const { workflows: other } = await peer()
      const first = await workflows.claimScheduling('s1', LONG_MS)
      await workflows.claimScheduling('s1', SHORT_MS)
      await advance(PAST_SHORT_MS)
      const second = await other.claimScheduling('s2', LONG_MS)
      assert.deepEqual([second?.owner, second?.term], ['s2', Number(first?.term) + 1])
      assert.equal(await workflows.claimScheduling('s1', LONG_MS), null)
    })

    it('gives one of many at once the turn that is over [WFS-10]', async ({ workflows, peer, advance }) => {
      const { workflows: other } = await peer()
      const before = await workflows.claimScheduling('s', SHORT_MS)
      await advance(PAST_SHORT_MS)
      const owners = Array.from({ length: 8 }, (_, index) => `s${index}`)
      const claims = owners.map((owner, index) => (index % 2 ? workflows : other).claimScheduling(owner, LONG_MS))
      const turns = (await Promise.all(claims)).filter((turn) => turn !== null)
      assert.deepEqual(
        turns.map(({ term }) => term),
        [Number(before?.term) + 1],
      )
    })

    it('refuses a time that breaks a limit [LIM-1]', async ({ workflows }) => {
      await assert.rejects(workflows.claimScheduling('s1', 0), withCode('VALIDATION'))
      await assert.rejects(workflows.claimScheduling('', LONG_MS), withCode('VALIDATION'))
    })
  })

  describe('releaseScheduling', () => {
    it('ends the turn of its owner at once [WFS-10]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      const first = await workflows.claimScheduling('s1', LONG_MS)
      await workflows.releaseScheduling('s1')
      const second = await other.claimScheduling('s2', LONG_MS)
      assert.deepEqual([second?.owner, second?.term], ['s2', Number(first?.term) + 1])
    })

    it('does nothing for anybody else [WFS-10]', async ({ workflows, peer }) => {
      const { workflows: other } = await peer()
      await workflows.releaseScheduling('s1')
      await workflows.claimScheduling('s1', LONG_MS)
      await other.releaseScheduling('s2')
      assert.equal(await other.claimScheduling('s2', LONG_MS), null)
    })
  })
}
