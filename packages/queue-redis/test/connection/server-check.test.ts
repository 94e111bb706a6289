import { describe, expect, it } from 'vitest'
import { checkInfo } from '../../src/connection/server-check.ts'

describe('checkInfo', () => {
  it('takes Redis 6.2 and newer', () => {
    for (const version of ['6.2.0', '7.0.15', '8.10.0', '10.1.2']) expect(checkInfo(info(version))).toEqual([])
  })

  it('refuses what is older, and names it', () => {
    for (const version of ['5.0.14', '6.0.16', '3.2.1'])
      expect(() => checkInfo(info(version))).toThrow(`connection must be to Redis 6.2 or newer, not ${version}`)
  })

  it('warns of a policy that evicts', () => {
    expect(checkInfo(info('7.4.0', 'allkeys-lru'))).toEqual([
      'Redis evicts keys when it is full (maxmemory-policy allkeys-lru), and jobs with them; set noeviction',
    ])
  })
})

function info(version: string, policy = 'noeviction'): string {
  return ['# Server', `redis_version:${version}`, '', '# Memory', `maxmemory_policy:${policy}`, ''].join('\r\n')
}
