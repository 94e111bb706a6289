/**
 * What the sessions of our own begin with.
 *
 * Each statement is planned once for many calls and for queues of any length, often before there are statistics. So a plan is kept whatever
 * the values, instead of being made anew for each call, which takes longer than most statements do; and what is fine for the few rows of
 * the first call, but would read all of a queue that has grown, is left out: sequential scans, and bitmap scans, after which the jobs that
 * wait must be sorted where an index has them in order. Compiling never pays for queries of a millisecond.
 */
const SESSION_SETTINGS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  jit: 'off',
}

/** The settings as options with which a connection starts. */
export const STARTUP_OPTIONS = Object.entries(SESSION_SETTINGS)
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ')

/** The settings as a script. */
export const SETTINGS_SQL = Object.entries(SESSION_SETTINGS)
  .map(([name, value]) => `SET ${name} = ${value}`)
  .join('; ')
