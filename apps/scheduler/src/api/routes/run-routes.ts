import { apiRoute, jsonAnswer, jsonBody } from '../route.ts'
import { explanationSchema } from '../schemas/explanation.ts'
import { logPageSchema } from '../schemas/log.ts'
import {
  idempotencyHeader,
  lastEventIdHeader,
  listRunJobsQuery,
  listRunsQuery,
  readLogQuery,
  runJobParams,
  runParams,
  watchRunQuery,
} from '../schemas/parameters.ts'
import {
  retryRunSchema,
  runJobPageSchema,
  runJobSchema,
  runPageSchema,
  runSchema,
  startRunSchema,
} from '../schemas/run.ts'
import { workflowSchema } from '../schemas/workflow.ts'
import { eventStream } from '../streams/event-stream-answer.ts'

const tags = ['Runs']
const run = jsonAnswer('The run.', runSchema)

export const startRun = apiRoute('submit', {
  method: 'post',
  path: '/v1/runs',
  tags,
  summary: 'Start a run of a workflow',
  request: { headers: idempotencyHeader, body: jsonBody(startRunSchema) },
  responses: {
    201: jsonAnswer('The run was started.', runSchema),
    200: jsonAnswer('The run had been started by an earlier request.', runSchema),
  },
})

export const listRuns = apiRoute('read', {
  method: 'get',
  path: '/v1/runs',
  tags,
  summary: 'List runs, newest first',
  request: { query: listRunsQuery },
  responses: { 200: jsonAnswer('A page of runs.', runPageSchema) },
})

export const getRun = apiRoute('read', {
  method: 'get',
  path: '/v1/runs/{runId}',
  tags,
  summary: 'Read a run',
  request: { params: runParams },
  responses: { 200: run },
})

export const getRunWorkflow = apiRoute('read', {
  method: 'get',
  path: '/v1/runs/{runId}/workflow',
  tags,
  summary: 'Read the workflow with which a run was started',
  request: { params: runParams },
  responses: { 200: jsonAnswer('The workflow.', workflowSchema) },
})

export const listRunJobs = apiRoute('read', {
  method: 'get',
  path: '/v1/runs/{runId}/jobs',
  tags,
  summary: 'List the jobs of a run',
  request: { params: runParams, query: listRunJobsQuery },
  responses: { 200: jsonAnswer('A page of jobs.', runJobPageSchema) },
})

export const cancelRun = apiRoute('submit', {
  method: 'post',
  path: '/v1/runs/{runId}/cancel',
  tags,
  summary: 'Cancel a run',
  description: 'A run that has ended stays as it is.',
  request: { params: runParams },
  responses: { 200: run },
})

export const cancelRunJob = apiRoute('submit', {
  method: 'post',
  path: '/v1/runs/{runId}/jobs/{jobId}/cancel',
  tags,
  summary: 'Cancel a job of a run',
  description: 'A job that has ended stays as it is.',
  request: { params: runJobParams },
  responses: { 200: jsonAnswer('The job.', runJobSchema) },
})

export const retryRun = apiRoute('submit', {
  method: 'post',
  path: '/v1/runs/{runId}/retry',
  tags,
  summary: 'Run again what did not succeed, or from one job on',
  request: { params: runParams, body: jsonBody(retryRunSchema) },
  responses: { 200: run },
})

export const explainRunJob = apiRoute('read', {
  method: 'get',
  path: '/v1/runs/{runId}/jobs/{jobId}/explain',
  tags,
  summary: 'Tell why a job does not run, or what became of it',
  request: { params: runJobParams },
  responses: { 200: jsonAnswer('The explanation.', explanationSchema) },
})

export const watchRun = apiRoute('read', {
  method: 'get',
  path: '/v1/runs/{runId}/events',
  tags,
  summary: 'Follow a run as it changes, as Server-Sent Events',
  description: [
    '`jobs` holds `{ "jobs": [RunJob, …] }`: the jobs that changed, in the first events all of them. `run` holds the run, and its `id` is',
    "the run's version: all that led there was told before it. `end` is the last event of a run that has ended.",
    'A reader that comes back with `Last-Event-ID` hears nothing twice if nothing changed, and all jobs anew otherwise.',
    'The answer is 204 where there is nothing to come.',
  ].join('\n'),
  request: { params: runParams, query: watchRunQuery, headers: lastEventIdHeader },
  responses: { 200: eventStream('The events.'), 204: { description: 'The run ended with that version.' } },
})

export const readRunJobLog = apiRoute('read', {
  method: 'get',
  path: '/v1/runs/{runId}/jobs/{jobId}/log',
  tags,
  summary: 'Read the log of a job, or follow it as Server-Sent Events',
  description: [
    'With `Accept: text/event-stream` the log is followed: each `log` event holds a piece, and its `id` is the position of the piece.',
    '`end` comes when the job has ended and all was told.',
    'The answer is 204 where a reader comes back with `Last-Event-ID` and there is nothing to come.',
  ].join('\n'),
  request: { params: runJobParams, query: readLogQuery, headers: lastEventIdHeader },
  responses: {
    200: {
      description: 'A page of the log, or the stream.',
      content: { ...jsonAnswer('', logPageSchema).content, ...eventStream('').content },
    },
    204: { description: 'The job has ended, and its log was read to the end.' },
  },
})
