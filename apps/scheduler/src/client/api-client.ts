import { systemReason } from '../source-file.ts'
import { type Problem, RefusedRequestError, ServerUnreachableError } from './request-error.ts'

/** How to reach a server. */
export interface ApiClientOptions {
  /** The address of the server, as in `http://127.0.0.1:4747`; a path in it is kept. */
  readonly server: string
  /** The bearer token; none for a server without tokens. */
  readonly token?: string | undefined
  /** How long an answer may take, in milliseconds. Defaults to 30,000. */
  readonly requestTimeoutMs?: number
  /** What sends the requests. Defaults to the `fetch` of this process. */
  readonly fetch?: (request: Request) => Response | Promise<Response>
}

/** A request. */
export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** Below the address of the server; its parts are escaped already. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  readonly json?: unknown
  readonly signal?: AbortSignal | undefined
  /** How long the answer may take, where that differs from the client's, in milliseconds. */
  readonly timeoutMs?: number
}

/** Escapes one part of a path. */
export function pathPart(part: string): string {
  // Servers and proxies take away dots that stand alone, escaped or not, so these are the only ids that no path can carry.
  return encodeURIComponent(part.toWellFormed())
}

/** Sends requests to the HTTP API of a server. */
export class ApiClient {
  readonly server: string
  readonly #token: string | undefined
  readonly #timeoutMs: number
  readonly #fetch: NonNullable<ApiClientOptions['fetch']>

  constructor({ server, token, requestTimeoutMs = 30_000, fetch = globalThis.fetch }: ApiClientOptions) {
    this.server = server.replace(/\/+$/, '')
    this.#token = token
    this.#timeoutMs = requestTimeoutMs
    this.#fetch = fetch
  }

  /**
   * Sends a request and reads the JSON of its answer; `undefined` where it has none.
   *
   * @throws {RefusedRequestError} where the server refuses it.
   * @throws {ServerUnreachableError}
   */
  async request<Answer>(request: ApiRequest): Promise<Answer> {
    const timeout = AbortSignal.timeout(request.timeoutMs ?? this.#timeoutMs)
    const response = await this.#send(request, timeout, 'application/json')
    const text = await this.#guard(response.text(), request.signal)
    if (text === '') return undefined as Answer
    return parseJson(text, this.server) as Answer
  }

  /**
   * Opens a stream of the server, which lasts until the signal aborts; `null` where the server has nothing to send.
   *
   * @throws {RefusedRequestError} where the server refuses it.
   * @throws {ServerUnreachableError}
   */
  async open(request: ApiRequest, accept: string): Promise<ReadableStream<Uint8Array> | null> {
    const opened = new AbortController()
    const timer = setTimeout(
      () => opened.abort(new DOMException('it did not answer in time', 'TimeoutError')),
      this.#timeoutMs,
    )
    try {
      const { body, status } = await this.#send(request, opened.signal, accept)
      return status === 204 ? null : body
    } finally {
      clearTimeout(timer)
    }
  }

  /** Sends a request, and resolves with an answer of success. */
  async #send(request: ApiRequest, timeout: AbortSignal, accept: string): Promise<Response> {
    const { method = 'GET', json, headers = {}, signal } = request
    const signals = signal ? [signal, timeout] : [timeout]
    const init: RequestInit = {
      method,
      signal: AbortSignal.any(signals),
      headers: {
        accept,
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    }
    const sent = (async () => this.#fetch(new Request(this.#url(request), init)))()
    const response = await this.#guard(sent, signal)
    if (response.ok) return response
    throw new RefusedRequestError(await problemOf(response))
  }

  #url({ path, query = {} }: ApiRequest): string {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      if (Array.isArray(value)) for (const item of value) search.append(name, item)
      else if (value !== undefined) search.append(name, String(value))
    }
    return `${this.server}${path}${search.size > 0 ? `?${search}` : ''}`
  }

  /** Says of what went wrong on the way that the server cannot be reached; the caller's own abort stays what it is. */
  async #guard<Result>(promise: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    try {
      return await promise
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw new ServerUnreachableError(this.server, reasonOf(error), { cause: error })
    }
  }
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error
  if (name === 'TimeoutError') return 'it did not answer in time'
  return cause instanceof Error ? systemReason(cause) : message
}

async function problemOf(response: Response): Promise<Problem> {
  const { status, headers } = response
  const text = await response.text().catch(() => '')
  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    try {
      return { ...(JSON.parse(text) as Problem), status }
    } catch {
      // A broken document says no less than none.
    }
  }
  return { status, detail: `the server answered ${status} ${response.statusText}`.trimEnd() }
}

function parseJson(text: string, server: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ServerUnreachableError(server, 'its answer is not JSON; is this a Sluice server?', { cause: error })
  }
}
