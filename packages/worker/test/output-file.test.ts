import { describe, expect, it } from 'vitest'
import { OutputFileError, parseOutputFile } from '../src/output-file.ts'

describe('parseOutputFile', () => {
  it.each<[string, string, Record<string, string>]>([
    ['nothing', '', {}],
    ['a value', 'version=1.2.3\n', { version: '1.2.3' }],
    ['a last line without a line break', 'version=1.2.3', { version: '1.2.3' }],
    ['an empty value', 'version=\n', { version: '' }],
    ['a value with further signs', 'query=a=b<<c\n', { query: 'a=b<<c' }],
    ['spaces in a value', 'title= two words \n', { title: ' two words ' }],
    ['several keys and empty lines', '\na=1\n\nb=2\n\n', { a: '1', b: '2' }],
    ['lines that end in CR LF', 'a=1\r\nb<<END\r\nx\r\ny\r\nEND\r\n', { a: '1', b: 'x\ny' }],
    ['a repeated key', 'a=1\na=2\n', { a: '2' }],
    ['a block', 'notes<<END\nfirst\nsecond\nEND\n', { notes: 'first\nsecond' }],
    ['an empty block', 'notes<<END\nEND\n', { notes: '' }],
    ['a block of empty lines', 'notes<<END\n\n\nEND\n', { notes: '\n' }],
    ['a block that looks like outputs', 'notes<<END\na=1\nb<<X\n END\nEND\nc=3', { notes: 'a=1\nb<<X\n END', c: '3' }],
    ['an ending word with a sign', 'notes<<E=1\nx\nE=1\n', { notes: 'x' }],
    ['every character of a key', 'Ab_0.c-d=x\n', { 'Ab_0.c-d': 'x' }],
    [
      'a key that objects have',
      '__proto__=x\nconstructor=y\n',
      Object.fromEntries([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
    ],
    ['characters beyond ASCII', 'name=Zoë 🚀\n', { name: 'Zoë 🚀' }],
  ])('reads %s', (_, text, expected) => {
    expect(Object.entries(parseOutputFile(text))).toEqual(Object.entries(expected))
  })

  it.each<[string, string]>([
    ['version\n', '$SLUICE_OUTPUT, line 1: expected key=value or key<<END, not "version"'],
    ['a=1\n \n', '$SLUICE_OUTPUT, line 2: expected key=value or key<<END, not " "'],
    ['=1\n', '$SLUICE_OUTPUT, line 1: a key is made of letters, digits, "_", "." and "-", without spaces, not ""'],
    ['a = 1\n', '$SLUICE_OUTPUT, line 1: a key is made of letters, digits, "_", "." and "-", without spaces, not "a "'],
    ['\n\nnotes<<\nx\n', '$SLUICE_OUTPUT, line 3: "notes<<" needs a word that ends the value, as in notes<<END'],
    ['notes<<END\nx\n', '$SLUICE_OUTPUT, line 1: the value of "notes" is not ended by a line "END"'],
    [`${'x'.repeat(61)}\n`, `$SLUICE_OUTPUT, line 1: expected key=value or key<<END, not "${'x'.repeat(60)}…"`],
  ])('refuses %j', (text, message) => {
    expect(() => parseOutputFile(text)).toThrow(OutputFileError)
    expect(() => parseOutputFile(text)).toThrow(message)
  })
})
