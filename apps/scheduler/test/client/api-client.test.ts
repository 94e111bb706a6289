import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'vitest'
import { ApiClient, pathPart } from '../../src/client/api-client.ts'
import { RefusedRequestError, ServerUnreachableError } from '../../src/client/request-error.ts'

type Answer = (request: Request) => Response | Promise<Response>

const client = (fetch: Answer, server = 'http://host:1') => new ApiClient({ server, token: 'secret', fetch })

describe('ApiClient', () => {
  it('sends the token, the query and the body', async () => {
    let sent: Request | undefined
    const answering = client((request) => {
      sent = request
      return Response.json({ fine: true })
    }, 'http://host:1/sluice/')
    const query = { status: ['running', 'failed'], limit: 5, cursor: undefined }
    assert.deepEqual(await answering.request({ method: 'POST', path: '/v1/runs', query, json: { a: 1 } }), {
      fine: true,
    })
    assert.equal(sent?.url, 'http://host:1/sluice/v1/runs?status=running&status=failed&limit=5')
    assert.equal(sent?.headers.get('authorization'), 'Bearer secret')
    assert.deepEqual(await sent?.json(), { a: 1 })
  })

  it('rejects with the problem document of a refusal', async () => {
    const problem = { status: 404, code: 'RUN_NOT_FOUND', detail: 'there is no run "x"' }
    const refusing = client(() =>
      Response.json(problem, { status: 404, headers: { 'content-type': 'application/problem+json' } }),
    )
    await assert.rejects(refusing.request({ path: '/' }), (error) => {
      assert.ok(error instanceof RefusedRequestError)
      assert.equal(error.message, 'there is no run "x"')
      assert.equal(error.problem.code, 'RUN_NOT_FOUND')
      return true
    })
  })

  it('tells the status of a refusal that is no problem document, as of a proxy', async () => {
    const proxy = client(() => new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway' }))
    await assert.rejects(proxy.request({ path: '/' }), /the server answered 502 Bad Gateway$/)
  })

  it('says that what answers is no server of ours', async () => {
    const other = client(() => new Response('<h1>Welcome</h1>'))
    await assert.rejects(other.request({ path: '/' }), /its answer is not JSON; is this a Sluice server\?/)
  })

  it('says why a server cannot be reached', async () => {
    const listener = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => listener.once('listening', resolve))
    const { port } = listener.address() as { readonly port: number }
    await new Promise((resolve) => listener.close(resolve))
    const unreachable = new ApiClient({ server: `http://127.0.0.1:${port}` })
    await assert.rejects(unreachable.request({ path: '/' }), (error) => {
      assert.ok(error instanceof ServerUnreachableError)
      assert.equal(error.message, `cannot reach the server at http://127.0.0.1:${port}: connection refused`)
      return true
    })
  })

  it('gives up on a server that does not answer', async () => {
    const silent = client(
      (request) =>
        new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason))
        }),
    )
    await assert.rejects(silent.request({ path: '/', timeoutMs: 1 }), /it did not answer in time/)
  })

  it('rejects with the reason of the signal that ends a request', async () => {
    const ending = new AbortController()
    const silent = client(
      (request) =>
        new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason))
          ending.abort('enough')
        }),
    )
    await assert.rejects(silent.request({ path: '/', signal: ending.signal }), (reason) => reason === 'enough')
  })
})

describe('pathPart', () => {
  it('keeps any id in one part of a path', () => {
    assert.equal(decodeURIComponent(pathPart('a/b?c#d%20ü')), 'a/b?c#d%20ü')
    assert.doesNotMatch(pathPart('a/b?c#d'), /[/?#]/)
  })

  it('takes broken text for what no id is', () => {
    assert.equal(decodeURIComponent(pathPart('\ud800')), '\ufffd')
  })
})
