import { drawRuntimeSeconds, type MontageTask, type MosaicSize } from './runtimes.ts'
import { overlappingPairs } from './sky-grid.ts'
import { SplitMix64 } from './split-mix-64.ts'

/** One job of the pipeline, which takes its time and does nothing else. */
export interface MontageJob {
  readonly id: string
  readonly needs: readonly string[]
  readonly runtimeMs: number
  /** 1 for what a whole band waits for, else 0: the other bands keep the workers busy meanwhile. */
  readonly priority: 0 | 1
}

export interface MontageOptions {
  /** Images of the sky in each band; at least 2. */
  readonly images: number
  /** The bands of 2MASS that are used, from 1 to 3: J, H and K. */
  readonly bands: number
  /** Decides the runtimes: an integer. */
  readonly seed: number
  /** By how much the recorded runtimes are divided. */
  readonly divisor: number
}

const BANDS = ['j', 'h', 'k'] as const
const MANY_PER_BAND: ReadonlySet<MontageTask> = new Set(['mProjectPP', 'mDiffFit', 'mBackground'])

/**
 * Lists the jobs of a Montage-shaped workflow: a mosaic of the sky in each band, and a picture in colour where there are several.
 *
 * A band projects its images, fits the difference of every overlapping pair, models the backgrounds from all fits, corrects
 * each image, and adds them up. The structure is that of Bharathi et al., "Characterization of scientific workflows", WORKS 2008.
 *
 * @throws {RangeError} naming the option at fault.
 */
export function montageJobs(options: MontageOptions): MontageJob[] {
  checkOptions(options)
  const { images, bands, seed, divisor } = options
  const random = new SplitMix64(seed)
  const pairs = overlappingPairs(images)
  const size: MosaicSize = { images, pairs: pairs.length }
  const jobs: MontageJob[] = []
  const add = (task: MontageTask, suffix: string, needs: readonly string[]): string => {
    const id = `${task}-${suffix}`
    const runtimeMs = Math.round((drawRuntimeSeconds(task, size, random) / divisor) * 1000)
    jobs.push({ id, needs, runtimeMs, priority: MANY_PER_BAND.has(task) ? 0 : 1 })
    return id
  }
  const shrunken = BANDS.slice(0, bands).map((band) => addBand(band, images, pairs, add))
  if (shrunken.length > 1) add('mJPEG', 'colour', shrunken)
  return jobs
}

/** Adds the jobs of one band and returns the id of the one that ends with the shrunken mosaic. */
function addBand(
  band: string,
  images: number,
  pairs: readonly (readonly [number, number])[],
  add: (task: MontageTask, suffix: string, needs: readonly string[]) => string,
): string {
  const digits = String(images).length
  const number = (image: number) => String(image + 1).padStart(digits, '0')
  const projected = Array.from({ length: images }, (_, image) => add('mProjectPP', `${band}-${number(image)}`, []))
  const need = (image: number) => projected[image] as string
  const fits = pairs.map(([a, b]) => add('mDiffFit', `${band}-${number(a)}-${number(b)}`, [need(a), need(b)]))
  const allFits = add('mConcatFit', band, fits)
  const model = add('mBgModel', band, [allFits])
  const corrected = projected.map((id, image) => add('mBackground', `${band}-${number(image)}`, [id, model]))
  const table = add('mImgtbl', band, corrected)
  const mosaic = add('mAdd', band, [table])
  const shrunken = add('mShrink', band, [mosaic])
  add('mJPEG', band, [shrunken])
  return shrunken
}

function checkOptions({ images, bands, seed, divisor }: MontageOptions): void {
  if (!Number.isSafeInteger(images) || images < 2) throw new RangeError('images must be an integer of at least 2')
  if (!Number.isInteger(bands) || bands < 1 || bands > BANDS.length) throw new RangeError('bands must be 1, 2 or 3')
  if (!Number.isSafeInteger(seed)) throw new RangeError('seed must be an integer')
  if (!(divisor > 0 && Number.isFinite(divisor))) throw new RangeError('divisor must be a number above 0')
}
