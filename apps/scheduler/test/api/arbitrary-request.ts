import fc from 'fast-check'

/** A request as the OpenAPI document has it, or nearly. */
export interface FuzzedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Values that went over the wire before, by the name of their field, so that requests meet what is there. */
export type KnownValues = ReadonlyMap<string, readonly string[]>

// biome-ignore lint/suspicious/noExplicitAny: a document is what it is.
type Json = any

const NASTY_TEXTS = [
  '',
  '.',
  '..',
  '%',
  '%00',
  '\u0000',
  '\ud800',
  '__proto__',
  'constructor',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  "'; drop table jobs; --",
  '\r\nset-cookie: a=b',
  '9'.repeat(400),
  'ü🦆\u2028',
]

const nastyText = fc.constantFrom(...NASTY_TEXTS)
const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  nastyText,
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, 2 ** 53, [], {}, [[]], { __proto__: null }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Makes requests for every route of a document: mostly well-formed, sometimes not at all. */
export function arbitraryRequest(document: Json, known: KnownValues): fc.Arbitrary<FuzzedRequest> {
  const routes = Object.entries(document.paths as Json).flatMap(([path, methods]) =>
    Object.entries(methods as Json).map(([method, operation]) => ({ path, method, operation })),
  )
  return fc
    .constantFrom(...routes)
    .chain(({ path, method, operation }) => requestTo(document, known, path, method, operation))
}

function requestTo(
  document: Json,
  known: KnownValues,
  path: string,
  method: string,
  operation: Json,
): fc.Arbitrary<FuzzedRequest> {
  const parameters: Json[] = operation.parameters ?? []
  const inPlace = (place: string) => parameters.filter((parameter) => parameter.in === place)
  const textFor = (parameter: Json) => parameterText(document, known, parameter)
  const record = (place: string) =>
    fc.record(Object.fromEntries(inPlace(place).map((parameter) => [parameter.name, textFor(parameter)])), {
      requiredKeys: inPlace(place).flatMap(({ name, required }): string[] => (required ? [name] : [])) as never[],
    })
  const bodySchema = operation.requestBody?.content?.['application/json']?.schema
  return fc
    .record({
      params: record('path'),
      query: record('query'),
      headers: record('header'),
      accept: fc.constantFrom('*/*', 'application/json', 'text/event-stream', 'text/html'),
      type: fc.oneof({ weight: 20, arbitrary: fc.constant('application/json') }, fc.constantFrom('text/plain', 'x')),
      body: bodySchema ? bodyText(document, known, bodySchema) : fc.constant(undefined),
    })
    .map(({ params, query, headers, accept, type, body }) => ({
      method: method.toUpperCase(),
      path: `${pathWith(path, params)}?${new URLSearchParams(query as Record<string, string>)}`,
      headers: { ...headerSafe(headers), accept, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body }),
    }))
}

function bodyText(document: Json, known: KnownValues, schema: Json): fc.Arbitrary<string> {
  const json = (value: fc.Arbitrary<unknown>) => value.map((given) => JSON.stringify(given) ?? '')
  return fc.oneof(
    { weight: 20, arbitrary: json(fromSchema(document, known, schema)) },
    { weight: 2, arbitrary: json(nastyValue) },
    { weight: 1, arbitrary: fc.string() },
    { weight: 1, arbitrary: fc.constant('{"a":'.repeat(5000)) },
  )
}

function parameterText(document: Json, known: KnownValues, { name, schema }: Json): fc.Arbitrary<string> {
  const valid = knownOr(known, name, fromSchema(document, known, schema, name)).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(Array.isArray(value) ? (value[0] ?? '') : value),
  )
  return fc.oneof({ weight: 8, arbitrary: valid }, { weight: 1, arbitrary: nastyText })
}

/** Makes values of a schema, or now and then of none. */
function fromSchema(document: Json, known: KnownValues, schema: Json, name = '', depth = 0): fc.Arbitrary<unknown> {
  if (depth > 6) return fc.constant(null)
  const valid = knownOr(known, name, validFor(document, known, schema, name, depth))
  return fc.oneof({ weight: 30, arbitrary: valid }, { weight: 1, arbitrary: nastyValue })
}

function validFor(
  document: Json,
  known: KnownValues,
  schema: Json,
  name: string,
  depth: number,
): fc.Arbitrary<unknown> {
  const make = (part: Json, partName = '') => fromSchema(document, known, part, partName, depth + 1)
  if (schema.$ref) return make(document.components.schemas[schema.$ref.split('/').at(-1)], name)
  if (name === 'workflow') return fc.constantFrom<unknown>(...WORKFLOWS)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return fc.oneof(...choices.map((choice: Json) => make(choice, name)))
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'string':
      return schema.pattern
        ? fc.constantFrom('linux', 'gpu=a100', 'x')
        : fc.string({
            minLength: schema.minLength ?? 0,
            maxLength: Math.min(schema.maxLength ?? 50, 300),
            unit: 'binary',
          })
    case 'integer':
    case 'number':
      return fc.integer({ min: schema.minimum ?? -10, max: Math.min(schema.maximum ?? 2 ** 31, 2 ** 31) })
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(make(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 5, 5) })
    case 'object':
      return schema.properties
        ? fc.record(
            Object.fromEntries(Object.entries(schema.properties).map(([key, part]) => [key, make(part, key)])),
            { requiredKeys: schema.required ?? [] },
          )
        : fc.dictionary(fc.oneof(fc.string(), nastyText), make(schema.additionalProperties || {}), { maxKeys: 5 })
    default:
      return fc.jsonValue({ maxDepth: 3 })
  }
}

const WORKFLOWS: readonly unknown[] = [
  'jobs: { a: { run: x } }',
  'jobs: { a: { run: x, retries: 3 }, b: { run: y, needs: a, labels: linux } }',
  'jobs: { a: { run: x }, b: { run: y, needs: [a, c] }, c: { run: z, if: always() } }',
  { name: 'json', jobs: { a: { run: 'handler', payload: { deep: [1, { x: null }] } }, b: { run: 'y', needs: 'a' } } },
  'jobs: { a: { run: x, needs: a } }',
  'jobs: &x { a: *x }',
  '%YAML 9\n---\n{',
]

function knownOr(known: KnownValues, name: string, other: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  if (!known.has(name)) return other
  // Asked only when a value is drawn, because more are known by then.
  const fromKnown = fc.nat().map((index) => {
    const values = known.get(name) as readonly string[]
    return values[index % values.length]
  })
  return fc.oneof({ weight: 5, arbitrary: fromKnown }, { weight: 1, arbitrary: other })
}

function pathWith(path: string, params: Readonly<Record<string, unknown>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(params[name]).toWellFormed()))
}

/** Headers carry Latin-1 without line breaks; a client cannot send others. */
function headerSafe(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value).replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?')]),
  )
}
