import { apiRoute, jsonAnswer, jsonBody } from '../route.ts'
import { leaseSchema } from '../schemas/job.ts'
import { appendLogsSchema } from '../schemas/log.ts'
import { claimParams, leaseParams, workerParams } from '../schemas/parameters.ts'
import {
  claimedJobsSchema,
  claimSchema,
  completeSchema,
  failResultSchema,
  failSchema,
  heartbeatSchema,
  renewSchema,
  workerInfoSchema,
  workerListSchema,
} from '../schemas/worker.ts'
import { eventStream } from '../streams/event-stream-answer.ts'

const tags = ['Workers']
const done = { description: 'Done. Repeating the request, after a lost reply, does nothing more.' }

export const listWorkers = apiRoute('read', {
  method: 'get',
  path: '/v1/workers',
  tags,
  summary: 'List the workers',
  responses: { 200: jsonAnswer('The workers by id.', workerListSchema) },
})

export const registerWorker = apiRoute('worker', {
  method: 'post',
  path: '/v1/workers',
  tags,
  summary: 'Register a worker, or replace what is known of it',
  request: { body: jsonBody(workerInfoSchema) },
  responses: { 204: done },
})

export const heartbeat = apiRoute('worker', {
  method: 'post',
  path: '/v1/workers/{workerId}/heartbeat',
  tags,
  summary: 'Tell that a worker is alive, and what it runs',
  description: 'Answers 404 `WORKER_NOT_FOUND` where the worker is not registered: register it again.',
  request: { params: workerParams, body: jsonBody(heartbeatSchema) },
  responses: { 204: done },
})

export const deregisterWorker = apiRoute('worker', {
  method: 'delete',
  path: '/v1/workers/{workerId}',
  tags,
  summary: 'Take a worker off the list',
  request: { params: workerParams },
  responses: { 204: done },
})

export const claim = apiRoute('worker', {
  method: 'post',
  path: '/v1/claims',
  tags,
  summary: 'Lease the next jobs that the labels allow',
  description:
    'With `waitMs` the request waits for a job. Where the reply is lost, the jobs return when their leases expire.',
  request: { body: jsonBody(claimSchema) },
  responses: { 200: jsonAnswer('The jobs; an empty list where there is none.', claimedJobsSchema) },
})

export const endClaim = apiRoute('worker', {
  method: 'delete',
  path: '/v1/claims/{claimId}',
  tags,
  summary: 'Let a claim that waits answer at once',
  description: [
    'The claim answers as if its time had passed, or with jobs that were on their way. Whoever breaks its connection instead may leave',
    'behind jobs that wait until their leases run out.',
  ].join('\n'),
  request: { params: claimParams },
  responses: { 204: { description: 'Done, or there is no such claim.' } },
})

export const renewLease = apiRoute('worker', {
  method: 'post',
  path: '/v1/leases/{leaseId}/renew',
  tags,
  summary: 'Extend a lease, and hear whether to stop',
  description: [
    'Answers 409 `JOB_CANCELLED` where the job was cancelled, and 410 `LEASE_EXPIRED` where the lease is over: stop the work, nothing of',
    'it counts.',
  ].join('\n'),
  request: { params: leaseParams, body: jsonBody(renewSchema) },
  responses: { 200: jsonAnswer('The lease.', leaseSchema) },
})

export const completeJob = apiRoute('worker', {
  method: 'post',
  path: '/v1/leases/{leaseId}/complete',
  tags,
  summary: 'End a job as completed',
  request: { params: leaseParams, body: jsonBody(completeSchema) },
  responses: { 204: done },
})

export const failJob = apiRoute('worker', {
  method: 'post',
  path: '/v1/leases/{leaseId}/fail',
  tags,
  summary: 'End an attempt as failed',
  description:
    'The job returns after its backoff if it is retryable and a retry is left. Repeating the request changes nothing more.',
  request: { params: leaseParams, body: jsonBody(failSchema) },
  responses: { 200: jsonAnswer('Whether the job will be tried again.', failResultSchema) },
})

export const releaseJob = apiRoute('worker', {
  method: 'post',
  path: '/v1/leases/{leaseId}/release',
  tags,
  summary: 'Hand a job back without using an attempt',
  request: { params: leaseParams },
  responses: { 204: done },
})

export const appendLogs = apiRoute('worker', {
  method: 'post',
  path: '/v1/logs',
  tags,
  summary: 'Store what jobs printed',
  description: 'A piece that was stored already, by job, attempt and sequence, is left as it is.',
  request: { body: jsonBody(appendLogsSchema) },
  responses: { 204: done },
})

export const watchCancellations = apiRoute('worker', {
  method: 'get',
  path: '/v1/cancellations',
  tags,
  summary: 'Hear of cancelled jobs within milliseconds, as Server-Sent Events',
  description: [
    'After `live` nothing is missed: each `cancelled` event holds `{ "workflowId", "jobId" }`. What was cancelled before `live`, or before',
    'a `gap`, may not be told: renew the leases of what runs, which tells the same.',
  ].join('\n'),
  responses: { 200: eventStream('The events.') },
})
