import { expect, it } from 'vitest'
import { advance } from '../../src/run/advance.ts'
import { createRunState } from '../../src/run/create-run-state.ts'
import { applyTransition } from '../../src/run/run-transition.ts'
import { workflowFrom } from './workflows.ts'

it('stays cancelled where a job fails before it hears of it, failing fast or not', async () => {
  for (const failFast of [false, true]) {
    const workflow = { ...workflowFrom({ a: '', b: '' }), failFast }
    const state = createRunState(workflow)
    applyTransition(state, advance(state, [{ kind: 'cancelRun' }]))
    const t = advance(state, [
      { kind: 'failed', jobId: 'a', runAttempt: 1, attempt: 0, failure: { message: 'no' } },
      { kind: 'cancelled', jobId: 'b', runAttempt: 1, attempt: 0 },
    ])
    expect(t.status).toBe('cancelled')
  }
})
