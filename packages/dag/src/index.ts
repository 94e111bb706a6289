export { formatWorkflow } from './definition/format-workflow.ts'
export { type ParseWorkflowOptions, parseWorkflow } from './definition/parse-workflow.ts'
export type { Env, Step } from './definition/shell-script.ts'
export type { Variables } from './definition/variables.ts'
export {
  type AnyHandlers,
  defineWorkflow,
  type HandlerJob,
  type ScriptJob,
  WorkflowBuilder,
  type WorkflowOptions,
} from './definition/workflow-builder.ts'
export { workflowJsonSchema } from './definition/workflow-json-schema.ts'
export {
  DependencyEnqueuer,
  type DependencyEnqueuerOptions,
  type StartRunOptions,
  type WaitOptions,
} from './enqueuer/dependency-enqueuer.ts'
export type { EnqueuerClock } from './enqueuer/enqueuer-clock.ts'
export type { Explanation, ExplanationCause, JobStanding } from './enqueuer/explanation.ts'
export { formatExplanation } from './enqueuer/format-explanation.ts'
export type { MonitorOptions, RetentionOptions } from './enqueuer/monitor-loop.ts'
export { queueWorkflowId } from './enqueuer/queue-workflow-id.ts'
export type { RunUpdate } from './enqueuer/run-watch.ts'
export { type CriticalPath, criticalPath, type DurationOf, makespanLowerBoundMs } from './graph/critical-path.ts'
export { toDot } from './graph-export/dot.ts'
export { toMermaid } from './graph-export/mermaid.ts'
export type { ProblemPath } from './problem-path.ts'
export { advance } from './run/advance.ts'
export { createRunState, restoreRunState } from './run/create-run-state.ts'
export type { JobOutcome, RunCommand } from './run/job-outcome.ts'
export { planRetry, type RetryOptions } from './run/plan-retry.ts'
export {
  EnqueuerClosedError,
  NothingToRetryError,
  RunError,
  type RunErrorCode,
  RunNotFinishedError,
  UnknownJobError,
} from './run/run-error.ts'
export type { RunGraph } from './run/run-graph.ts'
export type { RunPosition, RunState } from './run/run-state.ts'
export { applyTransition, hasChanges, type RunPatch, type RunTransition, runChanges } from './run/run-transition.ts'
export { assertWorkflow, validateWorkflow } from './validate-workflow.ts'
export { type ImportWfFormatOptions, importWfFormat } from './wfformat/import-wf-format.ts'
export type { JobCondition, Workflow, WorkflowJob } from './workflow.ts'
export { WorkflowDefinitionError, type WorkflowProblem } from './workflow-definition-error.ts'
