import { type Document, isMap, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml'
import type { ProblemPath } from '../problem-path.ts'
import type { WorkflowProblem } from '../workflow-definition-error.ts'
import { offsetOf, type Place, YamlReader } from './yaml-reader.ts'

/** A YAML or JSON text as plain values, with the way back to its lines. */
export interface YamlSource {
  /** `undefined` where the text could not be read to its end. */
  readonly value: unknown
  /** Errors of syntax, and what YAML can say but a workflow cannot hold. */
  readonly problems: readonly WorkflowProblem[]
  /** Tells where a path is in the text: at its key or list item, or at the innermost part of it that is there. */
  locate(path: ProblemPath): Place
  /** The keys of a mapping, in the order of the text. */
  keysOf(path: ProblemPath): readonly string[]
}

/** Reads YAML 1.2, and so JSON, without ever throwing. */
export function readYaml(text: string): YamlSource {
  const lineCounter = new LineCounter()
  const place = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter,
    prettyErrors: false,
    // The library compares each key with all the others; the reader needs one lookup.
    uniqueKeys: false,
  })
  const reader = new YamlReader(place)
  const problems = syntaxProblems(document, place)
  return {
    value: problems.length > 0 ? undefined : reader.read(document.contents),
    problems: problems.length > 0 ? problems : reader.problems,
    locate: (path) => place(walk(document.contents, path, reader).offset),
    keysOf(path) {
      const { node } = walk(document.contents, path, reader)
      return isMap(node) ? [...reader.pairsOf(node).keys()] : []
    },
  }
}

function syntaxProblems(document: Document.Parsed, place: (offset: number) => Place): readonly WorkflowProblem[] {
  const problems = new Map<number, WorkflowProblem>()
  for (const error of [...document.errors, ...document.warnings]) {
    const { line, column } = place(error.pos[0])
    // What follows the first error of a line is mostly its echo.
    if (!problems.has(line)) problems.set(line, { path: [], message: syntaxMessage(error), line, column })
    if (error.code === 'RESOURCE_EXHAUSTION') break
  }
  return [...problems.values()]
}

function syntaxMessage({ code, message }: YAMLError): string {
  switch (code) {
    case 'TAB_AS_INDENT':
      return 'YAML is indented with spaces, not tabs'
    case 'MULTIPLE_DOCS':
      return 'a file holds one workflow; remove the line --- and what follows it'
    case 'BLOCK_AS_IMPLICIT_KEY':
      return 'a value that holds ": " must be quoted, or be a block that begins with |'
    case 'BAD_SCALAR_START':
      return `a value cannot begin with ${message.slice(-1)}; quote it`
    case 'RESOURCE_EXHAUSTION':
      return 'the values nest too deeply'
    case 'TAG_RESOLVE_FAILED':
      return `tags are not supported; remove ${message.slice(message.lastIndexOf(' ') + 1)}`
    default:
      if (message.includes('closing')) return 'a quoted text is not closed'
      return `not valid YAML: ${message.slice(0, 1).toLowerCase()}${message.slice(1)}`
  }
}

/** Walks down a path as far as the text goes along with it. */
function walk(contents: Node | null, path: ProblemPath, reader: YamlReader): { node: Node | null; offset: number } {
  let node = contents
  let offset = contents === null ? 0 : offsetOf(contents)
  for (const part of path) {
    const container = reader.resolve(node)
    if (isMap(container)) {
      const pair = reader.pairsOf(container).get(String(part))
      if (pair === undefined) break
      if (pair.key !== null) offset = offsetOf(pair.key as Node)
      node = pair.value as Node | null
    } else if (isSeq(container) && container.items[Number(part)] !== undefined) {
      node = container.items[Number(part)] as Node
      offset = offsetOf(node)
    } else break
  }
  return { node: reader.resolve(node), offset }
}
