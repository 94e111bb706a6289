interface BullScript {
  readonly name: string
  readonly content: string
  readonly keys: number
}

// BullMQ has no types for these files. A name that a file does not export fails when it is imported.
declare module 'bullmq/dist/cjs/scripts/*' {
  export const addDelayedJob: BullScript
  export const addPrioritizedJob: BullScript
  export const extendLock: BullScript
  export const moveJobFromActiveToWait: BullScript
  export const moveToActive: BullScript
  export const moveToDelayed: BullScript
  export const moveToFinished: BullScript
  export const retryJob: BullScript
}
