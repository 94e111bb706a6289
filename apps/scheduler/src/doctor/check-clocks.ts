import { formatDuration } from '../duration-format.ts'
import { type Finding, ok, warning } from './finding.ts'

const TOLERATED_MS = 2000

/** Compares a clock, read somewhen between two moments of this machine's, with this machine's. Times are milliseconds since the epoch. */
export function checkClocks(whose: string, theirs: number, askedAt: number, answeredAt: number): Finding {
  const aheadMs = theirs < askedAt ? theirs - askedAt : Math.max(0, theirs - answeredAt)
  if (Math.abs(aheadMs) <= TOLERATED_MS) return ok('clocks', `${whose} and this machine agree`)
  const detail = `${whose} is ${formatDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`
  return warning(
    'clocks',
    detail,
    'leases are safe, since only the clock of the store counts; but let NTP set both, or times will confuse people',
  )
}
