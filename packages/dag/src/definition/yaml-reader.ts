import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml'
import type { WorkflowProblem } from '../workflow-definition-error.ts'

/** A place in a text; both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** Levels of mappings and lists: a payload's 256 and those around it. */
const MAX_DEPTH = 300

/** Values that the aliases of a text may stand for, counted as often as they are used. */
const MAX_ALIASED_VALUES = 100_000

/** Thrown where reading on could take for ever. */
class ReadingStopped extends Error {}

/**
 * Turns the nodes of a YAML document into plain values, and collects what a workflow cannot hold.
 *
 * Keys are taken as written (`1.10` is the key `1.10`), and so are the numbers and booleans of `env`. An alias is a copy of what it
 * stands for; their number is bounded, so that a small text cannot become a huge value.
 */
export class YamlReader {
  readonly problems: WorkflowProblem[] = []
  readonly #place: (offset: number) => Place
  readonly #anchors = new Map<string, Node>()
  readonly #targets = new Map<Alias, Node>()
  readonly #pairs = new WeakMap<YAMLMap, Map<string, Pair>>()
  readonly #open = new Set<Node>()
  readonly #path: (string | number)[] = []
  /** The alias in the text itself that stands for what is being read. */
  #alias: Alias | undefined
  #aliasedValues = 0

  constructor(place: (offset: number) => Place) {
    this.#place = place
  }

  /** Reads a whole document; `undefined` where it had to stop. */
  read(contents: Node | null): unknown {
    try {
      return this.#value(contents)
    } catch (error) {
      if (error instanceof ReadingStopped) return undefined
      throw error
    }
  }

  /** Follows an alias to what it stands for. */
  resolve(node: Node | null): Node | null {
    return isAlias(node) ? (this.#targets.get(node) ?? null) : node
  }

  /** The entries of a mapping by key; of equal keys the first. */
  pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    let pairs = this.#pairs.get(map)
    if (pairs === undefined) {
      pairs = new Map()
      for (const pair of map.items) {
        const key = keyText(pair.key)
        if (key !== undefined && !pairs.has(key)) pairs.set(key, pair)
      }
      this.#pairs.set(map, pairs)
    }
    return pairs
  }

  #value(node: Node | null | undefined): unknown {
    if (node === null || node === undefined) return null
    if (this.#path.length > MAX_DEPTH) this.#stop(node, 'the values nest too deeply')
    if (this.#alias !== undefined && ++this.#aliasedValues > MAX_ALIASED_VALUES)
      this.#stop(this.#alias, `the aliases stand for more than ${MAX_ALIASED_VALUES} values; use fewer`)
    if (isAlias(node)) return this.#aliased(node)
    if (node.anchor !== undefined && this.#alias === undefined) this.#anchors.set(node.anchor, node)
    if (isScalar(node)) return this.#scalar(node)
    this.#open.add(node)
    const value = isMap(node) ? this.#mapping(node) : isSeq(node) ? this.#items(node.items as Node[]) : null
    this.#open.delete(node)
    return value
  }

  #aliased(alias: Alias): unknown {
    const target = this.#targets.get(alias) ?? this.#anchors.get(alias.source)
    if (target === undefined) return this.#report(alias, `the alias *${alias.source} has no anchor before it`)
    if (this.#open.has(target)) return this.#report(alias, `the alias *${alias.source} stands for what it is part of`)
    this.#targets.set(alias, target)
    const outer = this.#alias
    this.#alias ??= alias
    const value = this.#value(target)
    this.#alias = outer
    return value
  }

  #scalar(scalar: Scalar): unknown {
    const { value, source = '' } = scalar
    if (typeof value === 'string') this.#checkText(scalar, value)
    else if (value !== null && isEnvValue(this.#path)) return source
    else if (typeof value === 'number') this.#checkNumber(scalar, value, source)
    return value
  }

  #items(items: readonly Node[]): unknown[] {
    return items.map((item, index) => this.#child(index, item))
  }

  #mapping(map: YAMLMap): Record<string, unknown> {
    const value: Record<string, unknown> = {}
    const pairs = this.pairsOf(map)
    for (const pair of map.items) {
      const node = pair.key as Node | null
      const key = keyText(node)
      if (key === undefined) {
        this.#report(node ?? map, 'a key must be plain text')
        continue
      }
      this.#path.push(key)
      const problem = this.#keyProblem(key, pair, pairs)
      if (problem !== undefined) this.#report(node ?? map, problem)
      else if (node !== null) this.#checkText(node, key)
      this.#path.pop()
      if (problem === undefined) value[key] = this.#child(key, pair.value as Node | null)
    }
    return value
  }

  #child(part: string | number, node: Node | null): unknown {
    this.#path.push(part)
    const value = this.#value(node)
    this.#path.pop()
    return value
  }

  #keyProblem(key: string, pair: Pair, pairs: ReadonlyMap<string, Pair>): string | undefined {
    if (key === '<<' && (pair.key as Scalar).type === 'PLAIN')
      return 'merge keys (<<) are not supported; repeat the fields, or use an alias for one whole value'
    if (key === '__proto__') return 'the key "__proto__" is not supported; choose another name'
    const first = pairs.get(key)
    if (first === pair || first === undefined) return undefined
    return `duplicate key; the first is on line ${this.#place(offsetOf(first.key as Node)).line}`
  }

  #checkText(node: Node, text: string): void {
    if (text.includes('\0')) this.#report(node, 'must not contain a NUL character')
    else if (!text.isWellFormed()) this.#report(node, 'must not contain half of a surrogate pair (broken UTF-16)')
  }

  #checkNumber(scalar: Scalar, value: number, source: string): void {
    if (!Number.isFinite(value)) this.#report(scalar, `must be a finite number, not ${source}`)
    else if (/^[-+]?\d+$/.test(source) && !Number.isSafeInteger(value))
      this.#report(scalar, `the number ${source} is too large to be exact; quote it to keep its digits`)
  }

  #report(node: Node, message: string): undefined {
    // What an alias stands for was reported at its anchor, except the alias itself.
    if (this.#alias !== undefined && !isAlias(node)) return
    this.problems.push({ path: [...this.#path], message, ...this.#place(offsetOf(node)) })
  }

  #stop(node: Node, message: string): never {
    this.problems.push({ path: [], message, ...this.#place(offsetOf(node)) })
    throw new ReadingStopped()
  }
}

/** The text of a key as written; `undefined` for a key that is not a scalar. */
function keyText(key: unknown): string | undefined {
  if (key === null) return ''
  return isScalar(key) ? (key.source ?? String(key.value)) : undefined
}

/** Where a node begins, in UTF-16 code units. */
export function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0
}

/** Tells whether a path is that of a variable in the `env` of a workflow, a job or a step. */
function isEnvValue(path: readonly (string | number)[]): boolean {
  if (path.at(-2) !== 'env') return false
  return path.length === 2 || (path[0] === 'jobs' && (path.length === 4 || (path.length === 6 && path[2] === 'steps')))
}
