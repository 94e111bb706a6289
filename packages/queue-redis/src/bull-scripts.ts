/// <reference path="./bull/bullmq-scripts.d.ts" />

import { addDelayedJob } from 'bullmq/dist/cjs/scripts/addDelayedJob-6.js'
import { addPrioritizedJob } from 'bullmq/dist/cjs/scripts/addPrioritizedJob-9.js'
import { extendLock } from 'bullmq/dist/cjs/scripts/extendLock-2.js'
import { moveJobFromActiveToWait } from 'bullmq/dist/cjs/scripts/moveJobFromActiveToWait-9.js'
import { moveToActive } from 'bullmq/dist/cjs/scripts/moveToActive-11.js'
import { moveToDelayed } from 'bullmq/dist/cjs/scripts/moveToDelayed-11.js'
import { moveToFinished } from 'bullmq/dist/cjs/scripts/moveToFinished-14.js'
import { retryJob } from 'bullmq/dist/cjs/scripts/retryJob-11.js'
import activateText from './bull/activate-job.lua'
import addText from './bull/add-job.lua'
import extendText from './bull/extend-lock.lua'
import finishText from './bull/finish-job.lua'
import handBackText from './bull/hand-back-job.lua'
import retryText from './bull/retry-job.lua'

/** The scripts of BullMQ that ours run, as they are. What else is known of its insides is in the `.lua` files of `bull/`. */
export const BULL_SCRIPTS = {
  addDelayedJob,
  addPrioritizedJob,
  extendLock,
  moveJobFromActiveToWait,
  moveToActive,
  moveToDelayed,
  moveToFinished,
  retryJob,
} as const

type BullScriptName = keyof typeof BULL_SCRIPTS

/** Lua that defines a function of ours around scripts of BullMQ, to be put before a script that calls it. */
export const BULL_CALLS = {
  addJob: compose(addText, 'addPrioritizedJob', 'addDelayedJob'),
  activateJob: compose(activateText, 'moveToActive'),
  extendLock: compose(extendText, 'extendLock'),
  finishJob: compose(finishText, 'moveToFinished'),
  retryJob: compose(retryText, 'retryJob', 'moveToDelayed'),
  handBackJob: compose(handBackText, 'moveJobFromActiveToWait'),
} as const

/** Lets scripts of BullMQ run within one of ours: as functions, whose keys and arguments hide the real ones. */
function compose(text: string, ...names: readonly BullScriptName[]): string {
  return [...names.map(asFunction), text].join('\n')
}

function asFunction(name: BullScriptName): string {
  const functionName = `bull${name[0]?.toUpperCase()}${name.slice(1)}`
  return `local function ${functionName}(KEYS, ARGV)\n${BULL_SCRIPTS[name].content}\nend`
}
