import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeJobKey, encodeJobKey } from '../../src/queue/job-key.ts'

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 255 })

test('a job is named in BullMQ so that the name tells its ids', () => {
  fc.assert(
    fc.property(id, id, (workflowId, jobId) => {
      expect(decodeJobKey(encodeJobKey({ workflowId, jobId }))).toEqual({ workflowId, jobId })
    }),
  )
})

test('no two jobs have one name', () => {
  expect(encodeJobKey({ workflowId: 'a.b', jobId: 'c' })).not.toBe(encodeJobKey({ workflowId: 'a', jobId: 'b.c' }))
})

test('a name holds nothing that BullMQ or Lua reads otherwise', () => {
  fc.assert(
    fc.property(id, id, (workflowId, jobId) => {
      const key = encodeJobKey({ workflowId, jobId })
      expect(key).toMatch(/^[^.\s:{}]+\.[^.\s:{}]+$/)
      expect(`${Number.parseInt(key, 10)}`).not.toBe(key)
    }),
  )
})

test('a name of plain ids is read with ease', () => {
  expect(encodeJobKey({ workflowId: 'run-7', jobId: 'build_1' })).toBe('run-7.build_1')
})
