import { createHash } from 'node:crypto'
import { isLabelSubset, labelSetKey } from '@sluice/core'
import type { PgBoss } from 'pg-boss'
import type { Database } from '../database/database.ts'
import addLabelSetSql from './add-label-set.sql'
import { BOSS_QUEUE_OPTIONS } from './boss-job.ts'
import listLabelSetsSql from './list-label-sets.sql'
import lockLabelSetsSql from './lock-label-sets.sql'

/** Labels that jobs require, and the queue of pg-boss in which such jobs are. */
export interface LabelSet {
  /** Counts from 1, without gaps. */
  readonly id: number
  readonly queue: string
  readonly labels: readonly string[]
}

/** Sets of worker labels whose matches are remembered. */
const MAX_VIEWS = 1000
const MAX_READABLE_LENGTH = 60

/** The label sets of a store, as far as this process has heard of them; each is a queue of pg-boss. */
export class LabelSets {
  readonly #database: Database
  readonly #boss: PgBoss
  readonly #byId: LabelSet[] = []
  readonly #byKey = new Map<string, LabelSet>()
  readonly #matching = new Map<string, LabelSet[]>()
  readonly #adding = new Map<string, Promise<LabelSet>>()
  #loading: Promise<void> | null = null

  constructor(database: Database, boss: PgBoss) {
    this.#database = database
    this.#boss = boss
  }

  /** How many are known, which is the highest number. */
  get size(): number {
    return this.#byId.length
  }

  get(id: number): LabelSet | undefined {
    return this.#byId[id - 1]
  }

  /** Finds a label set that may have been added by another process since. */
  async find(id: number): Promise<LabelSet | undefined> {
    if (this.get(id) === undefined) await this.load()
    return this.get(id)
  }

  /** The label sets whose jobs workers with these canonical labels can run. */
  matching(labels: readonly string[]): readonly LabelSet[] {
    const key = labelSetKey(labels)
    let matching = this.#matching.get(key)
    if (matching === undefined) {
      matching = this.#byId.filter((set) => isLabelSubset(set.labels, labels))
      if (this.#matching.size >= MAX_VIEWS) this.#matching.clear()
      this.#matching.set(key, matching)
    }
    return matching
  }

  /** The set of canonical labels, if this process has heard of it. */
  known(labels: readonly string[]): LabelSet | undefined {
    return this.#byKey.get(labelSetKey(labels))
  }

  /** The set of canonical labels; adds it to the store where it is new. */
  async ensure(labels: readonly string[]): Promise<LabelSet> {
    const key = labelSetKey(labels)
    const known = this.#byKey.get(key)
    if (known) return known
    let adding = this.#adding.get(key)
    if (adding === undefined) {
      adding = this.#add(key, labels).finally(() => this.#adding.delete(key))
      this.#adding.set(key, adding)
    }
    return adding
  }

  /** Reads the sets that were added since. */
  async load(): Promise<void> {
    // One that is under way may have begun before what the caller looks for was there.
    await this.#loading?.catch(() => {})
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null
    })
    return this.#loading
  }

  async #load(): Promise<void> {
    const added = await this.#database.query<LabelSet>(listLabelSetsSql, [this.size])
    for (const set of added) {
      this.#byId[set.id - 1] = set
      this.#byKey.set(labelSetKey(set.labels), set)
    }
    if (added.length > 0) this.#matching.clear()
  }

  async #add(key: string, labels: readonly string[]): Promise<LabelSet> {
    await this.load()
    const known = this.#byKey.get(key)
    if (known) return known
    const queue = queueName(this.#database.schema, labels)
    await this.#boss.createQueue(queue, BOSS_QUEUE_OPTIONS)
    await this.#database.transaction(async (session) => {
      await session.query(lockLabelSetsSql)
      await session.query(addLabelSetSql, [queue, labels])
    })
    await this.load()
    const set = this.#byKey.get(key)
    if (set === undefined) throw new Error(`the label set [${labels}] was added, and is not there`)
    return set
  }
}

/** Names the queue of a label set: readable for people, unique by a hash. */
function queueName(schema: string, labels: readonly string[]): string {
  const hash = createHash('sha256').update(labelSetKey(labels)).digest('hex').slice(0, 16)
  const readable = labels.map((label) => label.replace(/[^\w.-]/g, '-')).join('/') || 'any'
  return `${schema}/${readable.slice(0, MAX_READABLE_LENGTH)}/${hash}`
}
