import type { Backend, JobQueue } from '@sluice/core'

/** A backend with one deliberate fault, which the tests of one rule must find. */
export interface Mutant {
  readonly rule: string
  readonly fault: string
  mutate(backend: Backend): Backend
}

/** A mutant whose fault is in its queue. */
export function queueMutant(rule: string, fault: string, faultsOf: (queue: JobQueue) => Partial<JobQueue>): Mutant {
  return { rule, fault, mutate: (backend) => ({ ...backend, queue: overlay(backend.queue, faultsOf(backend.queue)) }) }
}

/** A mutant whose fault is in one of its stores. */
export function storeMutant<Store extends 'workflows' | 'logs' | 'workers'>(
  rule: string,
  store: Store,
  fault: string,
  faultsOf: (original: Backend[Store]) => Partial<Backend[Store]>,
): Mutant {
  return {
    rule,
    fault,
    mutate: (backend) => ({ ...backend, [store]: overlay(backend[store], faultsOf(backend[store])) }),
  }
}

/** Replaces some methods of an object, and leaves the object as it is. */
export function overlay<Target extends object>(target: Target, replacements: Partial<Target>): Target {
  return new Proxy(target, {
    get(original, name) {
      const value: unknown = Reflect.get(name in replacements ? replacements : original, name)
      return typeof value === 'function' ? value.bind(name in replacements ? replacements : original) : value
    },
  })
}
