import { testRedis } from '@sluice-tooling/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ConsumerProject } from '../src/consumer-project.ts'
import { publishedPackages } from '../src/published-package.ts'
import { type ReadmeExample, readmeExamples } from '../src/readme-example.ts'

const packages = publishedPackages()
const entries = packages.flatMap(({ sources }) => Object.keys(sources))
const bins = packages.flatMap(({ binNames, version }) => binNames.map((bin) => ({ bin, version })))
const examples = readmeExamples()

let project: ConsumerProject

beforeAll(async () => {
  // Where the examples find a server.
  process.env.REDIS_URL = (await testRedis()).url
  project = await ConsumerProject.create(packages, examples)
  for (const example of examples) await project.write(fileOf(example), example.code)
}, 180_000)

afterAll(async () => {
  await project?.remove()
})

function fileOf({ place }: ReadmeExample): string {
  return `examples/${place.replaceAll(/[^\w]+/g, '-')}.ts`
}

describe('the packed packages in an empty project', { timeout: 120_000 }, () => {
  it.each(entries)('%s can be imported', async (entry) => {
    await project.run(process.execPath, '--input-type=module', '--eval', `import ${JSON.stringify(entry)}`)
  })

  it('type-check, with the examples of every README', async () => {
    await project.write('entries.ts', entries.map((entry, n) => `export * as entry${n} from '${entry}'\n`).join(''))
    await project.typeCheck()
  })

  it.each(examples.filter(({ isRun }) => isRun))('the example at $place runs', async (example) => {
    await project.run(process.execPath, fileOf(example))
  })

  it.each(bins)('$bin --version prints $version', async ({ bin, version }) => {
    expect(await project.run(`node_modules/.bin/${bin}`, '--version')).toBe(`${version}\n`)
  })
})
