/** Makes a text storable everywhere: a NUL or a lone surrogate becomes `U+FFFD`. */
export function storableText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text).toWellFormed()
}

/** Cuts a text into pieces of at most so many UTF-16 units, never within a surrogate pair. */
export function splitText(text: string, maxLength: number): string[] {
  const pieces: string[] = []
  let from = 0
  while (text.length - from > maxLength) {
    const splitsPair = isHighSurrogate(text.charCodeAt(from + maxLength - 1))
    const to = from + maxLength - (splitsPair && maxLength > 1 ? 1 : 0)
    pieces.push(text.slice(from, to))
    from = to
  }
  pieces.push(text.slice(from))
  return pieces
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
