import { expect, it } from 'vitest'
import { examplesIn } from '../src/readme-example.ts'

const markdown = `# Title

\`\`\`ts
const a = 1
\`\`\`

\`\`\`sh
pnpm test
\`\`\`

\`\`\`ts no-run
await forever()
\`\`\`

\`\`\`tsx
const notOurs = true
\`\`\`
`

it('finds the blocks fenced as ts, with their place and whether they are run', () => {
  expect(examplesIn('README.md', markdown)).toEqual([
    { place: 'README.md:3', code: 'const a = 1\n', isRun: true },
    { place: 'README.md:11', code: 'await forever()\n', isRun: false },
  ])
})
