import { BlockList, isIP } from 'node:net'

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')

const COMMON_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** Tells whether a name or an address, in brackets or not, always means this machine. */
export function isLoopbackHost(host: string): boolean {
  if (COMMON_NAMES.has(host)) return true
  const address = host.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(address)
  if (family === 0) return address.toLowerCase() === 'localhost'
  return LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6')
}
