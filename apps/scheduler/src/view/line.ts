import { styleText } from 'node:util'
import measure from 'fast-string-truncated-width'

/** How a piece of text looks, as `util.styleText` names it. */
export type Style = Parameters<typeof styleText>[0]

/** A piece of text of one look. */
export interface Span {
  readonly text: string
  readonly style?: Style
}

/** One line on the screen, without colours yet, so that it can be measured and cut. */
export type Line = readonly Span[]

/** Puts a look on a text, or leaves it as it is where colours are off. */
export type Paint = (style: Style, text: string) => string

/** Leaves every text as it is. */
export const noPaint: Paint = (_style, text) => text

/** Paints if the stream shows colours; `NO_COLOR` and `FORCE_COLOR` decide first. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  const showsColours = styleText('red', '.', { stream, validateStream: true }) !== '.'
  return showsColours ? (style, text) => styleText(style, text, { validateStream: false }) : noPaint
}

/** Makes a span; without a style the text is shown as it is. */
export function span(text: string, style?: Style): Span {
  return style === undefined ? { text } : { text, style }
}

/** Writes a line, cut with an ellipsis at a number of columns. */
export function paintLine(line: Line, paint: Paint, columns = Number.POSITIVE_INFINITY): string {
  let left = columns
  let painted = ''
  for (const { text, style } of line) {
    const fitted = fitText(text, left)
    painted += style === undefined ? fitted : paint(style, fitted)
    if (fitted !== text) break
    left -= textColumns(text)
  }
  return painted
}

/** Counts the columns that a text takes on a terminal. */
export function textColumns(text: string): number {
  return measure(text).width
}

/** Cuts a text to a number of columns, with an ellipsis where something is left out. */
export function fitText(text: string, columns: number): string {
  const { truncated, ellipsed, index } = measure(text, { limit: Math.max(0, columns), ellipsis: '…' })
  return truncated ? text.slice(0, index) + (ellipsed ? '…' : '') : text
}

/** Fills a text up with spaces, or cuts it, to exactly a number of columns. */
export function padText(text: string, columns: number): string {
  const fitted = fitText(text, columns)
  return fitted + ' '.repeat(Math.max(0, columns - textColumns(fitted)))
}
