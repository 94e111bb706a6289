import { createHash } from 'node:crypto'

/** The styles of the page, and all that it loads. */
export const REFERENCE_STYLES = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
section { margin: 2rem 0; padding-top: 1rem; border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
h3 { margin: 0 }
code, pre { font: 0.9em/1.45 ui-monospace, monospace }
pre { overflow-x: auto; padding: 0.75rem; background: color-mix(in srgb, currentColor 7%, transparent) }
table { border-collapse: collapse }
td { padding: 0.15rem 1.5rem 0.15rem 0; vertical-align: top }
p { white-space: pre-line }
`

/** Names the styles in a Content-Security-Policy, which keeps out all others. */
export const REFERENCE_STYLE_SOURCE = `'sha256-${createHash('sha256').update(REFERENCE_STYLES).digest('base64')}'`
