import { expect, it } from 'vitest'
import { isLoopbackHost } from '../../src/api/auth/loopback.ts'

it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]', '::ffff:127.0.0.1'])(
  '%s is this machine',
  (host) => {
    expect(isLoopbackHost(host)).toBe(true)
  },
)

it.each(['', '0.0.0.0', '::', '128.0.0.1', 'localhost.example', '127.0.0.1.example', '[::2]'])(
  '%j may be another machine',
  (host) => {
    expect(isLoopbackHost(host)).toBe(false)
  },
)
