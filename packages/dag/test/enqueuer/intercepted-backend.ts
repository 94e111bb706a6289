import type { Backend, EventSubscription, QueueEvent } from '@sluice/core'
import type { EnqueuerClock } from '../../src/enqueuer/enqueuer-clock.ts'

/** Stands between a caller and a backend; `method` is like `queue.claim`. */
export type Intercept = (method: string, call: () => Promise<unknown>, args: readonly unknown[]) => Promise<unknown>

/** A backend whose every call goes through `intercept`. */
export function interceptedBackend(backend: Backend, intercept: Intercept): Backend {
  const part = <Part extends object>(name: string, target: Part): Part =>
    new Proxy(target, {
      get(_, key) {
        const value: unknown = Reflect.get(target, key, target)
        if (typeof value !== 'function' || typeof key !== 'string') return value
        return (...args: unknown[]) => intercept(`${name}.${key}`, async () => value.apply(target, args), args)
      },
    })
  return {
    name: backend.name,
    queue: part('queue', backend.queue),
    workflows: part('workflows', backend.workflows),
    logs: part('logs', backend.logs),
    workers: part('workers', backend.workers),
    close: () => backend.close(),
  }
}

/** A backend whose subscriptions deliver only the events that `keep` lets through. */
export function forgetfulBackend(backend: Backend, keep: (event: QueueEvent) => boolean): Backend {
  return interceptedBackend(backend, async (method, call) => {
    const result = await call()
    return method === 'queue.subscribe' ? filtered(result as EventSubscription, keep) : result
  })
}

/** A process that dies at one of its calls to the backend: that call and all later ones never return. */
export class MortalProcess {
  readonly backend: Backend
  readonly died: Promise<void>
  calls = 0
  #isDead = false
  #die: () => void = () => {}

  /**
   * @param dieAt The call, by number or by name.
   * @param takesEffect Whether the backend still gets that call.
   */
  constructor(backend: Backend, dieAt: number | string, takesEffect: boolean) {
    this.died = new Promise((resolve) => {
      this.#die = resolve
    })
    this.backend = interceptedBackend(backend, async (method, call) => {
      if (this.#isDead) return NEVER
      if (++this.calls === dieAt || method === dieAt) {
        if (takesEffect) await call()
        this.kill()
      }
      const result = this.#isDead ? NEVER : await call()
      return this.#isDead ? NEVER : result
    })
  }

  kill(): void {
    this.#isDead = true
    this.#die()
  }
}

const NEVER = new Promise<never>(() => {})

function filtered(subscription: EventSubscription, keep: (event: QueueEvent) => boolean): EventSubscription {
  return {
    close: () => subscription.close(),
    async next() {
      for (;;) {
        const result = await subscription.next()
        if (result.done || keep(result.value)) return result
      }
    },
    async return() {
      subscription.close()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** A backend that makes everybody the active scheduler. */
export function alwaysScheduling(backend: Backend, { clock }: { readonly clock: EnqueuerClock }): Backend {
  return interceptedBackend(backend, async (method, call, [owner, ttlMs]) => {
    if (method !== 'workflows.claimScheduling') return call()
    return { owner, term: 1, expiresAt: clock.now() + (ttlMs as number) }
  })
}
