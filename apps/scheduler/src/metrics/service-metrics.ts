import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Bounds of the buckets of what takes milliseconds, in seconds. */
const CALL_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Bounds of the buckets of what may take hours, in seconds. */
const JOB_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400]

/**
 * All that a process of the service measures.
 *
 * What happens to jobs and runs is counted by the active scheduler alone, so that the sum over all processes is right.
 */
export class ServiceMetrics {
  readonly registry = new Registry()

  readonly queueCalls = new Histogram({
    name: 'sluice_queue_call_duration_seconds',
    help: 'How long calls of the queue took, by call and outcome: ok, or the code of the error.',
    labelNames: ['call', 'outcome'] as const,
    buckets: CALL_BUCKETS,
    registers: [this.registry],
  })
  readonly jobsClaimed = new Counter({
    name: 'sluice_jobs_claimed_total',
    help: 'Jobs that this process handed to workers.',
    registers: [this.registry],
  })
  readonly jobEvents = new Counter({
    name: 'sluice_job_events_total',
    help: 'Events of jobs: ready, started, completed, failed, cancelled, leaseExpired.',
    labelNames: ['kind'] as const,
    registers: [this.registry],
  })
  readonly jobRetries = new Counter({
    name: 'sluice_job_retries_total',
    help: 'Attempts that will be followed by another, by why they ended: failed or leaseExpired.',
    labelNames: ['cause'] as const,
    registers: [this.registry],
  })
  readonly eventGaps = new Counter({
    name: 'sluice_event_gaps_total',
    help: 'Times that the scheduler may have missed events, and compared all runs with the queue instead.',
    registers: [this.registry],
  })
  readonly jobWait = new Histogram({
    name: 'sluice_job_wait_seconds',
    help: 'How long jobs waited from when they could be claimed until they were.',
    buckets: JOB_BUCKETS,
    registers: [this.registry],
  })
  readonly jobRun = new Histogram({
    name: 'sluice_job_run_seconds',
    help: 'How long attempts ran, by how they ended: completed, failed, cancelled, leaseExpired.',
    labelNames: ['outcome'] as const,
    buckets: JOB_BUCKETS,
    registers: [this.registry],
  })
  readonly runsStarted = new Counter({
    name: 'sluice_runs_started_total',
    help: 'Runs that this process stored.',
    registers: [this.registry],
  })
  readonly runsEnded = new Counter({
    name: 'sluice_runs_ended_total',
    help: 'Runs that this process saw end, by status.',
    labelNames: ['status'] as const,
    registers: [this.registry],
  })
  readonly commits = new Histogram({
    name: 'sluice_commit_duration_seconds',
    help: 'How long commits of runs took.',
    buckets: CALL_BUCKETS,
    registers: [this.registry],
  })
  readonly commitConflicts = new Counter({
    name: 'sluice_commit_conflicts_total',
    help: 'Commits of runs that came too late, because somebody else had changed the run.',
    registers: [this.registry],
  })
  readonly enqueuerLag = new Histogram({
    name: 'sluice_enqueuer_lag_seconds',
    help: 'How long it took from hearing that a job had ended until its run was stored with that.',
    buckets: CALL_BUCKETS,
    registers: [this.registry],
  })
  readonly requests = new Histogram({
    name: 'sluice_http_request_duration_seconds',
    help: 'How long the API took to answer, by method, route and status; of streams, to their first byte.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: CALL_BUCKETS,
    registers: [this.registry],
  })

  /** Measures the process itself too: memory, event loop, garbage collection. */
  measureProcess(): this {
    collectDefaultMetrics({ register: this.registry })
    return this
  }

  /** Adds a figure that is read when the metrics are. */
  addGauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: (gauge: Gauge<Label>) => void | Promise<void>,
  ): void {
    this.registry.removeSingleMetric(name)
    const collect = function (this: Gauge<Label>) {
      return read(this)
    }
    new Gauge({ name, help, labelNames, collect, registers: [this.registry] })
  }
}
