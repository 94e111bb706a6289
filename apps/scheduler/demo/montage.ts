import { setTimeout } from 'node:timers/promises'
import { defineWorkflow, type Workflow } from '@sluice/dag'
import { createMemoryBackend } from '@sluice/queue-memory'
import type { Handlers } from '@sluice/worker'
import { type MontageOptions, montageJobs } from '../examples/montage/montage-jobs.ts'
import { runExitCode } from '../src/exit-code.ts'
import { listenForInterruptions } from '../src/interruptions.ts'
import type { RunEvent } from '../src/run/run-event.ts'
import { countEnded, type RunModel } from '../src/run/run-model.ts'
import { runWorkflow } from '../src/run/run-workflow.ts'
import { chooseView } from '../src/view/choose-view.ts'

const WORKERS = 10
const ENDED_JOBS_PER_LINE = 200
/** 2,005 jobs, for which 10 workers need about 10 seconds. */
const SIZE: MontageOptions = { images: 121, bands: 3, seed: 1, divisor: 240 }

/** The payload of each handler: how long to sleep, in milliseconds. */
interface Payloads {
  sleep: number
}

const handlers: Handlers = {
  sleep: ({ payload, signal }) => setTimeout(payload as Payloads['sleep'], undefined, { signal }),
}

/** Runs what `examples/montage.ts` writes, without a process for each job, and resolves with the exit code. */
export async function runMontage(): Promise<number> {
  const backend = createMemoryBackend()
  using interruptions = listenForInterruptions()
  const view = await chooseView({})
  try {
    const report = await runWorkflow({
      workflow: montageWorkflow(),
      backend,
      concurrency: WORKERS,
      labels: [],
      work: { handlers },
      cancel: interruptions.signal,
      onEvent: (event, model) => {
        if (isWorthALine(event, model)) view.show(event, model)
      },
      onWarning: (message) => view.warn(message),
    })
    return runExitCode(report.status, report.interruptedBy)
  } finally {
    view.close()
    await backend.close()
  }
}

function montageWorkflow(): Workflow {
  const workflow = defineWorkflow<Payloads>({ name: 'montage' })
  for (const { id, needs, priority, runtimeMs } of montageJobs(SIZE)) {
    workflow.addJob(id, { needs, priority, handler: 'sleep', payload: runtimeMs })
  }
  return workflow.build()
}

/** Keeps thousands of lines out of a log; the live view draws all that the model knows, whatever it is told. */
function isWorthALine(event: RunEvent, { counts }: RunModel): boolean {
  if (event.type === 'job.succeeded') return countEnded(counts) % ENDED_JOBS_PER_LINE === 0
  return event.type !== 'job.started'
}
