import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { type ServerProxy, startProxy, testRedis } from '../src/index.ts'

let proxy: ServerProxy
let serverPort: number
let serverSockets: Socket[]
/** What the server was sent. */
let received: string

beforeEach(async () => {
  received = ''
  serverSockets = []
  const echo = createServer((socket) => {
    serverSockets.push(socket.on('error', () => {}))
    socket.on('data', (chunk) => {
      received += chunk
      socket.write(`re: ${chunk}`)
    })
  })
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  serverPort = (echo.address() as AddressInfo).port
  proxy = await startProxy(`tcp://127.0.0.1:${serverPort}/path`)
  return async () => {
    await proxy.dispose()
    for (const socket of serverSockets) socket.destroy()
    echo.close()
  }
})

async function open(port = proxy.port): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function ask(socket: Socket, request: string): Promise<string> {
  socket.write(request)
  const [reply] = await once(socket, 'data')
  return String(reply)
}

const reset = (socket: Socket) => expect(once(socket, 'data')).rejects.toMatchObject({ code: 'ECONNRESET' })

it('passes on what is sent in both directions', async () => {
  const socket = await open()
  expect(await ask(socket, 'one')).toBe('re: one')
  expect(await ask(socket, 'two')).toBe('re: two')
})

it('tells the URL of the server by way of itself', () => {
  expect(proxy.url).toBe(`tcp://127.0.0.1:${proxy.port}/path`)
})

it('resets the connections that there are, and serves new ones', async () => {
  const socket = await open()
  await ask(socket, 'one')
  const lost = reset(socket)
  proxy.cut()
  await lost
  expect(await ask(await open(), 'two')).toBe('re: two')
})

it('leaves no connection behind when clients go before they are served', async () => {
  const redis = await startProxy((await testRedis()).url)
  for (let round = 0; round < 20; round += 1) {
    const clients = Array.from({ length: 20 }, () => connect(redis.port, '127.0.0.1').on('error', () => {}))
    for (const client of clients) client.write('PING\r\n')
    await Promise.all(clients.map((client) => once(client, 'connect')))
    for (const client of clients) client.destroy()
  }
  await redis.dispose()
  const left = () => process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap')
  await vi.waitFor(() => expect(left()).toEqual([]))
})

it('refuses connections until it accepts again', async () => {
  const socket = await open()
  await ask(socket, 'one')
  const lost = reset(socket)
  await proxy.refuse()
  await lost
  await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.accept()
  expect(await ask(await open(), 'two')).toBe('re: two')
})

it('holds back what is sent while it is frozen', async () => {
  const socket = await open()
  await ask(socket, 'one')
  proxy.freeze()
  socket.write('two')
  const late = await open()
  late.write('three')
  // A round trip by another way: what the proxy had let through would have arrived by its end.
  await ask(await open(serverPort), ', direct')
  expect(received).toBe('one, direct')
  const replies = Promise.all([once(socket, 'data'), once(late, 'data')])
  proxy.thaw()
  expect((await replies).map(String)).toEqual(['re: two', 're: three'])
})

it('delivers a request and drops its reply with the connection', async () => {
  const [asking, other] = await Promise.all([open(), open()])
  proxy.dropReplies(1, 'two')
  expect(await ask(other, 'one')).toBe('re: one')
  await expect(ask(asking, 'two')).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(received).toBe('onetwo')
  expect(await ask(other, 'two')).toBe('re: two')
})
