// Writes a Montage-shaped workflow whose jobs sleep, of any size:
//
//   node montage.ts --images 25 > montage.yml
//   sluice run montage.yml --concurrency 10

import { parseArgs } from 'node:util'
import { type MontageOptions, montageJobs } from './montage/montage-jobs.ts'
import { montageYaml } from './montage/montage-yaml.ts'

const USAGE = `Usage: node montage.ts [--images 121] [--bands 3] [--seed 1] [--divisor 240] > montage.yml

  --images   images of the sky in each band, at least 2
  --bands    1, 2 or 3 mosaics, with a picture in colour where there are several
  --seed     an integer that decides the runtimes
  --divisor  by how much the recorded runtimes are divided
`

function optionsFrom(args: string[]): MontageOptions {
  const { values } = parseArgs({
    args,
    options: {
      images: { type: 'string', default: '121' },
      bands: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      divisor: { type: 'string', default: '240' },
    },
  })
  return {
    images: Number(values.images),
    bands: Number(values.bands),
    seed: Number(values.seed),
    divisor: Number(values.divisor),
  }
}

try {
  process.stdout.write(montageYaml(montageJobs(optionsFrom(process.argv.slice(2)))))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
  process.exitCode = 2
}
