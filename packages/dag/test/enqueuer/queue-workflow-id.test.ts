import { describe, expect, it } from 'vitest'
import { parseQueueWorkflowId, parseRunId, queueWorkflowId } from '../../src/enqueuer/queue-workflow-id.ts'

describe('queueWorkflowId', () => {
  it.each([
    [{ runId: 'r', attempt: 1 }, 'r'],
    [{ runId: 'r', attempt: 2 }, 'r~2'],
    [{ runId: 'a~b', attempt: 12 }, 'a~b~12'],
  ])('names %o and is taken apart again', (run, workflowId) => {
    expect(queueWorkflowId(run)).toBe(workflowId)
    expect(parseQueueWorkflowId(workflowId)).toEqual(run)
  })

  it.each(['r~', 'r~x', '~2', 'r~02', 'r~1234567890'])('takes %s for the id of a run', (workflowId) => {
    expect(parseQueueWorkflowId(workflowId)).toEqual({ runId: workflowId, attempt: 1 })
  })
})

describe('parseRunId', () => {
  it('takes any id that no retry is called like', () => {
    for (const id of ['r', 'a~b', 'nightly 2030-01-01', 'x'.repeat(245)]) expect(parseRunId(id)).toBe(id)
    for (const id of ['', 'r~2', 'r~007', 'x'.repeat(246), 'a\nb', 7])
      expect(() => parseRunId(id)).toThrow('runId must')
  })
})
