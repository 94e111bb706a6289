import { stripVTControlCharacters } from 'node:util'

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g

/**
 * Makes a line of a log safe to show among others: without escape sequences and control characters, and tabs as spaces.
 *
 * Of a line that was written over with carriage returns, as progress bars are, the last version is left.
 */
export function shownLogText(text: string): string {
  const plain = stripVTControlCharacters(text)
  const last = plain.slice(plain.lastIndexOf('\r', plain.length - 2) + 1)
  return last.replaceAll('\t', '  ').replaceAll(CONTROL_CHARACTERS, '').trimEnd()
}
