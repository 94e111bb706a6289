import { html, raw } from 'hono/html'
import type { OpenApiDocument } from '../open-api.ts'
import { REFERENCE_STYLES } from './reference-styles.ts'

type Html = ReturnType<typeof html>

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
}

/** What the page shows of a route. */
interface Operation {
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>
}

/** Makes a page for people of the description of the API. It needs no script, and nothing from elsewhere. */
export async function referencePage({ info, paths = {}, components }: OpenApiDocument): Promise<string> {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  )
  const tags = [...new Set(routes.flatMap(({ operation }) => operation.tags))]
  const schemas = Object.entries((components?.schemas ?? {}) as Record<string, Schema>)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${info.title} API</title>
<style>${raw(REFERENCE_STYLES)}</style>
</head>
<body>
<h1>${info.title} API <small>${info.version}</small></h1>
<p>${info.description}</p>
<p>The same for machines: <a href="openapi.json">openapi.json</a></p>
${tags.map((tag) => {
  const tagged = routes.filter(({ operation }) => operation.tags.includes(tag))
  return html`<h2>${tag}</h2>${tagged.map(({ name, operation }) => routeSection(name, operation))}`
})}
<h2>Schemas</h2>
${schemas.map(([name, schema]) => schemaSection(name, schema))}
</body>
</html>`
}

function routeSection(name: string, { summary, description, parameters = [], requestBody, responses }: Operation) {
  return html`<section>
<h3><code>${name}</code></h3>
<p><strong>${summary}.</strong>
${description}</p>
<table>
${parameters.map((parameter) => row(parameter.name, `${parameter.in}${parameter.required ? '' : ', optional'}`, parameter.description))}
${requestBody ? row('body', contentLink(requestBody.content)) : ''}
${Object.entries(responses).map(([status, { description, content }]) => row(status, contentLink(content ?? {}), description))}
</table>
</section>`
}

function row(...cells: readonly (Html | Promise<Html> | string | undefined)[]) {
  return html`<tr>${cells.map((cell) => html`<td>${cell ?? ''}</td>`)}</tr>\n`
}

/** Names what a request or an answer holds, with a link where it has a schema of its own. */
function contentLink(content: Content) {
  return Object.entries(content).map(([type, { schema }]) => {
    const name = schema.$ref?.split('/').at(-1)
    return name === undefined ? html`<code>${type}</code> ` : html`<a href="#${name}">${name}</a> `
  }) as unknown as Html
}

function schemaSection(name: string, schema: Schema) {
  return html`<section id="${name}">
<h3>${name}</h3>
<pre>${JSON.stringify(schema, null, 2)}</pre>
</section>`
}
