import { z } from '@hono/zod-openapi'
import { apiRoute, jsonAnswer } from '../route.ts'
import { queueStatsSchema, serverInfoSchema } from '../schemas/server.ts'

const tags = ['Server']

export const getServerInfo = apiRoute('read', {
  method: 'get',
  path: '/v1/server',
  tags,
  summary: 'Tell what the server is',
  responses: { 200: jsonAnswer('The server.', serverInfoSchema) },
})

export const getQueueStats = apiRoute('read', {
  method: 'get',
  path: '/v1/stats',
  tags,
  summary: 'Count the jobs of the queue',
  responses: { 200: jsonAnswer('The counts.', queueStatsSchema) },
})

export const getMetrics = apiRoute('read', {
  method: 'get',
  path: '/metrics',
  tags,
  summary: 'Read what the process measures, for Prometheus',
  responses: { 200: { description: 'The metrics.', content: { 'text/plain': { schema: z.string() } } } },
})
