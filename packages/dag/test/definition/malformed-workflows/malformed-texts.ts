import { job, lines, type MalformedWorkflow } from './malformed-workflow.ts'

/** Mistakes of YAML, and what YAML can say but a workflow cannot hold. */
export const MALFORMED_TEXTS: readonly MalformedWorkflow[] = [
  {
    title: 'an empty file',
    text: '',
    messages: [
      '1:1: the text is empty; a workflow begins with "jobs:", and under it a job with its id and what to "run"',
    ],
  },
  {
    title: 'a file of comments',
    text: lines('# nothing'),
    messages: [
      '1:1: the text is empty; a workflow begins with "jobs:", and under it a job with its id and what to "run"',
    ],
  },
  {
    title: 'tabs as indentation',
    text: lines('jobs:', '\tbuild:', '\t\trun: make'),
    messages: ['2:1: YAML is indented with spaces, not tabs', '3:1: YAML is indented with spaces, not tabs'],
  },
  {
    title: 'a colon in a plain value',
    text: job('run: echo note: done'),
    messages: ['3:10: a value that holds ": " must be quoted, or be a block that begins with |'],
  },
  {
    title: 'an open quote',
    text: job('run: "make'),
    messages: ['4:1: a quoted text is not closed'],
  },
  {
    title: 'an open bracket',
    text: lines('jobs:', '  build: { run: make'),
    messages: ['3:1: not valid YAML: flow map in block collection must be sufficiently indented and end with a }'],
  },
  {
    title: 'a reserved character',
    text: job('run: `make`'),
    messages: ['3:10: a value cannot begin with `; quote it'],
  },
  {
    title: 'wrong indentation',
    text: lines('jobs:', '  build:', '    run: make', '   name: Build'),
    messages: ['4:1: not valid YAML: all mapping items must start at the same column'],
  },
  {
    title: 'two documents',
    text: lines('jobs:', '  build: { run: make }', '---', 'jobs:', '  test: { run: make test }'),
    messages: ['3:1: a file holds one workflow; remove the line --- and what follows it'],
  },
  {
    title: 'a tag',
    text: job('run: !secret make'),
    messages: ['3:10: tags are not supported; remove !secret'],
  },
  {
    title: 'a duplicate job',
    text: lines('jobs:', '  build: { run: make }', '  test: { run: make test }', '  build: { run: make all }'),
    messages: ['4:3: jobs.build: duplicate key; the first is on line 2'],
  },
  {
    title: 'a duplicate field',
    text: job('run: make', 'run: make all'),
    messages: ['4:5: jobs.build.run: duplicate key; the first is on line 3'],
  },
  {
    title: 'a merge key',
    text: lines('jobs:', '  build: &build { run: make }', '  test:', '    <<: *build'),
    messages: [
      '4:5: jobs.test["<<"]: merge keys (<<) are not supported; repeat the fields, or use an alias for one whole value',
    ],
  },
  {
    title: 'an alias without an anchor',
    text: job('run: *script'),
    messages: ['3:10: jobs.build.run: the alias *script has no anchor before it'],
  },
  {
    title: 'an alias to what it is in',
    text: job('run: make', 'payload: &all [*all]'),
    messages: ['4:20: jobs.build.payload[0]: the alias *all stands for what it is part of'],
  },
  {
    title: 'a key that is a list',
    text: lines('jobs:', '  [a, b]: { run: make }'),
    messages: ['2:3: jobs: a key must be plain text'],
  },
  {
    title: 'the key __proto__',
    text: lines('jobs:', '  __proto__: { run: make }'),
    messages: ['2:3: jobs.__proto__: the key "__proto__" is not supported; choose another name'],
  },
  {
    title: 'a number that JSON cannot hold',
    text: job('run: count', 'payload: { id: 12345678901234567890 }'),
    messages: [
      '4:20: jobs.build.payload.id: the number 12345678901234567890 is too large to be exact; quote it to keep its digits',
    ],
  },
  {
    title: 'infinity',
    text: job('run: count', 'payload: { limit: .inf }'),
    messages: ['4:23: jobs.build.payload.limit: must be a finite number, not .inf'],
  },
  {
    title: 'a NUL character',
    text: job('run: "echo \\0"'),
    messages: ['3:10: jobs.build.run: must not contain a NUL character'],
  },
  {
    title: 'broken UTF-16',
    text: job('run: "echo \\ud800"'),
    messages: ['3:10: jobs.build.run: must not contain half of a surrogate pair (broken UTF-16)'],
  },
]
