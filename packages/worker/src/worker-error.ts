/** Something that the worker could not do, and what it does about it; the `cause` is the error behind it. */
export class WorkerError extends Error {
  override readonly name = 'WorkerError'
}
