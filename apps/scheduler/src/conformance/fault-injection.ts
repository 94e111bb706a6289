import type { ServerResponse } from 'node:http'

/** What a worker asked of the server. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
}

type Fetch = (request: Request, env: object) => Response | Promise<Response>

/** Stands between a worker and the API, and lets the network and the server fail when it is told to. */
export class FaultInjection {
  readonly requests: SeenRequest[] = []
  #isDown = false
  #losesReply: ((path: string) => boolean) | null = null

  /** Answers nothing but 503 from now on, or no longer. */
  set isDown(isDown: boolean) {
    this.#isDown = isDown
  }

  /** Breaks the connection once, after the server has done what a request to such a path asked for. */
  loseNextReply(isAffected: (path: string) => boolean): void {
    this.#losesReply = isAffected
  }

  /** Whether the reply that was to be lost was. */
  get hasLostReply(): boolean {
    return this.#losesReply === null
  }

  /** Wraps what answers requests. */
  around(fetch: Fetch): Fetch {
    return async (request, env) => {
      const { method, url } = request
      const path = new URL(url).pathname
      if (this.#isDown) return new Response('down for a test', { status: 503, headers: { 'retry-after': '1' } })
      this.requests.push({ method, path })
      const response = await fetch(request, env)
      if (!this.#losesReply?.(path)) return response
      this.#losesReply = null
      const { outgoing } = env as { readonly outgoing: ServerResponse }
      outgoing.destroy()
      return response
    }
  }
}
