import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { BULL_SCRIPTS } from '../../src/bull-scripts.ts'

const require = createRequire(import.meta.url)

test('BullMQ has the version whose scripts were read', () => {
  expect(require('bullmq/package.json').version).toBe('6.7.0')
})

// A script that differs may take other keys or arguments, or keep jobs in another way: read what changed, adapt the file of
// `src/bull/` that calls it, and run the contract before the hash here is replaced.
test.each([
  ['addDelayedJob', 6, 'e47c0db3c46bd84afab98fae90bba3b98cf6554e74df840801c39baccc627c4c'],
  ['addPrioritizedJob', 9, 'd4652d1be004a3d7bfed76efdc706f2017f8dfd0080c51ab1f05457eeb1c3c77'],
  ['extendLock', 2, 'aa54e3c99ff236ed151d764512c89aefc3c472061597ae2111dcb4514e555cc2'],
  ['moveJobFromActiveToWait', 9, 'ac9546cdd23294a20e0941aa531b52d83ce387e69a6a3c251af5ca0266bb0753'],
  ['moveToActive', 11, '7d35069db0b831af1bd1b2d5eb8d524e86fc7d3280b8c684a96b6614bad7d79a'],
  ['moveToDelayed', 11, '1a7b9311ef92fd66416973c29fa8b2c909cec58d0bfcf3e5ab53bb07ea1664d7'],
  ['moveToFinished', 14, '8e744ec5d65dbe9e7ffb6e39a96c0268bba65e4f0b1d04e2d2a42ccb71b45a6d'],
  ['retryJob', 11, '01f75f76043050807bce00f70908be7c15c7a29ce5f1f69d85a24d15f1099967'],
] as const)("BullMQ's %s is the script that was read", (name, keys, hash) => {
  const { content, keys: actualKeys } = BULL_SCRIPTS[name]
  expect({ keys: actualKeys, hash: createHash('sha256').update(content).digest('hex') }).toEqual({ keys, hash })
})
