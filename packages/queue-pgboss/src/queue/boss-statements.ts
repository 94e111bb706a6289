import type { PgBoss } from 'pg-boss'
import { BOSS_JOB_OPTIONS } from './boss-job.ts'

/** What pg-boss 12.38 runs for its public calls, made ready to be a part of a larger statement of ours. */
export interface BossStatements {
  /**
   * Adds those of `new_jobs` whose ids are in `accepted`, and returns their ids. It has their `id`, `queueName`, `priority`, `data`,
   * `retryLimit` and `start_after`; `clock` has the `moment`.
   */
  readonly insertJobs: string
  /** Makes the jobs in `ended` completed; `$1` is their queue. */
  readonly completeJobs: string
  /** Removes the jobs in `ended` and returns their ids; `$1` is their queue. */
  readonly deleteJobs: string
  /** Removes jobs: `$1` their queue, `$2` their ids. */
  readonly removeJobs: string
  /** Makes jobs cancelled: `$1` their queue, `$2` their ids. */
  readonly cancelJobs: string
  /** Ends attempts as failed, and the jobs that have no retry left: `$1` their queue, `$2` their ids, `$3` why. */
  readonly failJobs: string
  /** Changes a job that waits: `$1` its id and what is new of it, `$2` its queue. */
  readonly updateJob: string
  /** Takes up to so many jobs of the queue in `source`, of its `min_priority` or higher, and returns all about them. */
  fetchJobs(limit: number): Promise<string>
}

const QUEUE = 'sluice.queue-name'
const JOB = '00000000-0000-4000-8000-000000000000'

/**
 * Asks pg-boss for its statements by making its public calls on a database that only listens.
 *
 * @throws {Error} naming what has changed, where the installed pg-boss is not one that this package was made for.
 */
export async function readBossStatements(boss: PgBoss, queue: string): Promise<BossStatements> {
  const listen = (call: string, make: (db: Ear) => Promise<unknown>) => overhear(call, queue, make)
  const insert = await listen('insert', (db) =>
    boss.insert(queue, [{ id: JOB, data: {}, priority: 0 }], { db, returnId: true }),
  )
  const complete = await listen('complete', (db) => boss.complete(queue, JOB, null, { db }))
  const remove = await listen('deleteJob', (db) => boss.deleteJob(queue, JOB, { db }))
  const update = await listen('update', (db) => boss.update(queue, undefined, { id: JOB, retryLimit: 0, db }))
  return {
    insertJobs: fuseInsert(insert),
    completeJobs: ofEnded('complete', complete)
      .once('$3::jsonb', 'NULL')
      // By its state the planner would look a job up among all that are active.
      .once("AND state = 'active'", "AND state::text = 'active'").text,
    deleteJobs: ofEnded('deleteJob', remove).text,
    removeJobs: byId('deleteJob', remove),
    cancelJobs: byId('cancel', await listen('cancel', (db) => boss.cancel(queue, JOB, { db }))),
    failJobs: byId('fail', await listen('fail', (db) => boss.fail(queue, JOB, {}, { db }))),
    updateJob: new Seams('update', update).all(`'${QUEUE}'`, '$2::text').text,
    fetchJobs: async (limit) => {
      const options = { batchSize: limit, minPriority: 0, includeMetadata: true } as const
      return fuseFetch(await listen('fetch', (db) => boss.fetch(queue, { ...options, db })))
    },
  }
}

function fuseInsert(text: string): string {
  return (
    new Seams('insert', text)
      .once(`'${QUEUE}' as name`, '"queueName" as name')
      .once(`q.name = '${QUEUE}'`, 'q.name = j."queueName"')
      // Its JSON has a field for all that a job may be: to look each of them up in each job takes longer than to store it.
      .once(NEW_JOBS, (match) => `SELECT start_after, ${newJobColumns(match)} FROM new_jobs`)
      .once(/\S+\.job_now\(\) as created_on/, '(SELECT moment FROM clock) as created_on')
      .once('ON CONFLICT DO NOTHING', 'WHERE j.id IN (SELECT id FROM accepted) ON CONFLICT DO NOTHING').text
  )
}

/** From where pg-boss takes jobs that it inserts: all of their fields, and when each may start at the earliest. */
const NEW_JOBS =
  /SELECT \*,\s+CASE\s[^;]*\sEND as start_after\s+FROM json_to_recordset\(\$1::text::json\) as x \([^()]*\)/

/** What we say of a job, by the names that pg-boss has for it. */
const GIVEN_FIELDS: ReadonlySet<string> = new Set(['id', 'priority', 'data', 'retryLimit'])

/** All fields that pg-boss reads of a job: those that we give, those that are the same for all of ours, and nothing in the others. */
function newJobColumns(source: string): string {
  const fields = /as x \(([^()]*)\)/.exec(source)?.[1]?.split(',') ?? []
  const columns = fields.map((field) => {
    const [, name = '', type = ''] = /^\s*"?(\w+)"? (\w+)\s*$/.exec(field) ?? []
    if (GIVEN_FIELDS.has(name)) return `"${name}"`
    const value: unknown = (BOSS_JOB_OPTIONS as Readonly<Record<string, unknown>>)[name] ?? null
    return `CAST(${value === null ? 'NULL' : String(value)} AS ${type}) AS "${name}"`
  })
  return ['"queueName"', ...columns].join(', ')
}

function fuseFetch(text: string): string {
  return new Seams('fetch', text)
    .all(`'${QUEUE}'`, '(SELECT queue FROM source)')
    .once('$1::int', '(SELECT min_priority FROM source)')
    .once('ORDER BY j.priority desc, j.created_on', 'ORDER BY j.priority desc, j.created_on, j.start_after').text
}

/** Takes the command out of the frame in which pg-boss counts what it changed, for the jobs in `ended`. */
function ofEnded(call: string, text: string): Seams {
  const [, command] = /^\s*WITH results as \(([\s\S]*?)\)\s*SELECT COUNT\(\*\),/i.exec(text) ?? []
  if (command === undefined) throw changed(call, 'the frame "WITH results AS (...) SELECT COUNT(*), ..."')
  return new Seams(call, command)
    .once('name = $1', 'name = $1::text')
    .once('= ANY($2::uuid[])', 'IN (SELECT job FROM ended)')
}

/**
 * Has jobs looked up by their ids, one by one. While a table has no statistics, the planner would rather read a whole queue than look
 * for ten ids, which is what it takes an array for; of a limit that it cannot know it expects a tenth.
 */
function byId(call: string, text: string): string {
  return new Seams(call, text).once('= ANY($2::uuid[])', 'IN (SELECT unnest($2::uuid[]) LIMIT cardinality($2::uuid[]))')
    .text
}

interface Ear {
  executeSql(text: string): Promise<{ rows: unknown[] }>
}

/** Makes a call of pg-boss and returns the one statement that it would run, with a name of ours in the place of the queue's. */
async function overhear(call: string, queue: string, make: (db: Ear) => Promise<unknown>): Promise<string> {
  const heard: string[] = []
  await make({
    async executeSql(text) {
      heard.push(text)
      return { rows: [{ count: '0', ids: [] }] }
    },
  })
  const [text] = heard
  if (text === undefined || heard.length > 1) throw changed(call, 'exactly one statement')
  return text.replaceAll(`'${queue}'`, `'${QUEUE}'`)
}

/** A text in which certain places must be there to be replaced. */
class Seams {
  readonly text: string
  readonly #call: string

  constructor(call: string, text: string) {
    this.#call = call
    this.text = text
  }

  /** Replaces the only occurrence. */
  once(seam: string | RegExp, replacement: string | ((match: string) => string)): Seams {
    const { length } = this.text.split(seam)
    if (length !== 2) throw changed(this.#call, `${shown(seam)} once`)
    const replace = typeof replacement === 'string' ? () => replacement : replacement
    return new Seams(this.#call, this.text.replace(seam, replace))
  }

  /** Replaces every occurrence, of which there is at least one. */
  all(seam: string, replacement: string): Seams {
    if (!this.text.includes(seam)) throw changed(this.#call, shown(seam))
    return new Seams(
      this.#call,
      this.text.replaceAll(seam, () => replacement),
    )
  }
}

function shown(seam: string | RegExp): string {
  return typeof seam === 'string' ? `"${seam}"` : String(seam)
}

function changed(call: string, what: string): Error {
  return new Error(
    `the SQL of pg-boss for ${call}() has no longer ${what}; install pg-boss 12.38, for which this version was made`,
  )
}
