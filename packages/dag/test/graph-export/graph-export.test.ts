import { defineWorkflow, toDot, toMermaid } from '@sluice/dag'
import { describe, expect, it } from 'vitest'

const plain = defineWorkflow({ name: 'Release' })
  .job('build', { run: 'make', name: 'Build it' })
  .job('test', { run: 'make test', needs: ['build'] })
  .job('alert', { run: 'alert', needs: ['test'], condition: 'failure' })
  .job('clean', { run: 'make clean', needs: ['build', 'test'], condition: 'always' })
  .build()

const hostile = defineWorkflow({ name: 'a "b" \\' })
  .job('end', { run: 'x' })
  .job('"]; click', { run: 'x', needs: ['end'] })
  .job('\\', { run: 'x', needs: ['"]; click'] })
  .job('<b>&amp;#35;`%%{}', { run: 'x', needs: ['\\'] })
  .job('日本 😀', { run: 'x', needs: ['end'] })
  .build()

describe('toMermaid', () => {
  it('draws jobs and what they need', () => {
    expect(toMermaid(plain)).toBe(`flowchart LR
  j0["Build it"]
  j1["test"]
  j2["alert"]
  j3["clean"]
  j0 --> j1
  j1 -. failure .-> j2
  j0 -. always .-> j3
  j1 -. always .-> j3
`)
  })

  it('escapes names', () => {
    expect(toMermaid(hostile).split('\n').slice(1, 6)).toEqual([
      '  j0["end"]',
      '  j1["#34;]#59; click"]',
      '  j2["#92;"]',
      '  j3["#60;b#62;#38;amp#59;#35;35#59;#96;#37;#37;{}"]',
      '  j4["日本 😀"]',
    ])
  })
})

describe('toDot', () => {
  it('draws jobs and what they need', () => {
    expect(toDot(plain)).toBe(`digraph "Release" {
  rankdir=LR;
  node [shape=box];
  "build" [label="Build it"];
  "test" [label="test"];
  "alert" [label="alert"];
  "clean" [label="clean"];
  "build" -> "test";
  "test" -> "alert" [style=dashed, label=failure];
  "build" -> "clean" [style=dashed, label=always];
  "test" -> "clean" [style=dashed, label=always];
}
`)
  })

  it('escapes names and ids', () => {
    expect(toDot(hostile)).toBe(`digraph "a \\"b\\" \\\\" {
  rankdir=LR;
  node [shape=box];
  "end" [label="end"];
  "\\"]; click" [label="\\"]; click"];
  "\\\\" [label="\\\\"];
  "<b>&amp;amp;#35;\`%%{}" [label="<b>&amp;amp;#35;\`%%{}"];
  "日本 😀" [label="日本 😀"];
  "end" -> "\\"]; click";
  "\\"]; click" -> "\\\\";
  "\\\\" -> "<b>&amp;amp;#35;\`%%{}";
  "end" -> "日本 😀";
}
`)
  })
})
