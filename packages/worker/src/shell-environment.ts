import type { Outputs } from '@sluice/core'
import type { RunContext } from './runner.ts'
import type { ShellOptions } from './shell-options.ts'

/** Meant for one attempt only: a worker that was itself started by a shell job must not pass them on. */
const ATTEMPT_VARIABLE = /^SLUICE_(WORKFLOW_ID|JOB_ID|ATTEMPT|WORKER_ID|OUTPUT|PAYLOAD|NEEDS(_.*)?)$/

const NEEDS_LIMIT_BYTES = 64 * 1024

/** Where a script finds its files. */
export interface ShellFiles {
  readonly outputPath: string
  readonly needsPath: string
  readonly payloadPath: string | null
}

/** The environment of a script, and what is worth a line in its log. */
export interface ShellEnvironment {
  readonly variables: Record<string, string>
  readonly notes: readonly string[]
}

/** Makes the environment of one attempt. */
export function shellEnvironment(context: RunContext, files: ShellFiles, options: ShellOptions): ShellEnvironment {
  const { job, attempt, workerId } = context
  const needs = needsVariables(job.upstreamOutputs ?? {})
  const variables = {
    ...inherited(options.inheritEnv ?? true),
    ...options.env,
    ...needs.variables,
    SLUICE_WORKFLOW_ID: job.workflowId,
    SLUICE_JOB_ID: job.jobId,
    SLUICE_ATTEMPT: String(attempt),
    SLUICE_WORKER_ID: workerId,
    SLUICE_OUTPUT: files.outputPath,
    SLUICE_NEEDS: files.needsPath,
    ...(files.payloadPath === null ? {} : { SLUICE_PAYLOAD: files.payloadPath }),
  }
  return { variables, notes: needs.notes }
}

/**
 * Turns upstream outputs into variables `SLUICE_NEEDS_<JOB>_<KEY>`, with upper-case letters, digits and `_` only.
 *
 * Two outputs of one name are both left out, and all of them where together they exceed 64 KiB, because the size of an environment
 * is limited; notes tell of it. The JSON file has everything.
 */
export function needsVariables(upstreamOutputs: Readonly<Record<string, Outputs>>): ShellEnvironment {
  const variables: Record<string, string> = {}
  const sources = new Map<string, string[]>()
  let bytes = 0
  for (const [jobId, outputs] of Object.entries(upstreamOutputs)) {
    for (const [key, value] of Object.entries(outputs)) {
      const name = `SLUICE_NEEDS_${variablePart(jobId)}_${variablePart(key)}`
      bytes += name.length + Buffer.byteLength(value) + 2
      if (bytes > NEEDS_LIMIT_BYTES) return { variables: {}, notes: [TOO_MUCH] }
      const named = sources.get(name)
      if (named) named.push(`${jobId}.${key}`)
      else sources.set(name, [`${jobId}.${key}`])
      variables[name] = value
    }
  }
  const notes: string[] = []
  for (const [name, outputs] of sources) {
    if (outputs.length === 1) continue
    delete variables[name]
    notes.push(`$${name} is not set: it could mean ${outputs.join(' or ')}; read them from the JSON file $SLUICE_NEEDS`)
  }
  return { variables, notes }
}

const TOO_MUCH =
  'the outputs of the needed jobs are too large for environment variables; read them from the JSON file $SLUICE_NEEDS'

function variablePart(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '_')
}

function inherited(which: boolean | readonly string[]): Record<string, string> {
  if (which === false) return {}
  const names = which === true ? Object.keys(process.env) : which
  const variables: Record<string, string> = {}
  for (const name of names) {
    const value = process.env[name]
    if (value !== undefined && !ATTEMPT_VARIABLE.test(name)) variables[name] = value
  }
  return variables
}
