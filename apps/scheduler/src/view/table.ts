import { type Line, padText, type Span, span, textColumns } from './line.ts'

/** Lays out rows under headings, each column as wide as its widest cell; the last one is not filled up. */
export function tableLines(headings: readonly string[], rows: readonly (readonly Span[])[]): Line[] {
  const widths = headings.map((heading, column) =>
    rows.reduce((widest, row) => Math.max(widest, textColumns(row[column]?.text ?? '')), textColumns(heading)),
  )
  const layOut = (cells: readonly Span[]): Line =>
    cells.map(({ text, style }, column) => {
      const isLast = column === cells.length - 1
      return span(isLast ? text : `${padText(text, widths[column] as number)}  `, style)
    })
  return [layOut(headings.map((heading) => span(heading, 'dim'))), ...rows.map(layOut)]
}
