import assert from 'node:assert/strict'
import { defineWorkflow } from '@sluice/dag'
import { describe, it } from 'vitest'
import { listScheduleMs } from '../src/list-schedule.ts'

const workflow = defineWorkflow({ name: 'diamond' })
  .job('split', { run: '10' })
  .job('left', { needs: ['split'], run: '20' })
  .job('right', { needs: ['split'], run: '30' })
  .job('join', { needs: ['left', 'right'], run: '5' })
  .build()

describe('listScheduleMs', () => {
  it('is the critical path with workers enough, and all the work with one', () => {
    assert.equal(
      listScheduleMs(workflow, 2, ({ command }) => Number(command)),
      45,
    )
    assert.equal(
      listScheduleMs(workflow, 1, ({ command }) => Number(command)),
      65,
    )
  })
})
