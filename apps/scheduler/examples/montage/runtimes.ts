import type { SplitMix64 } from './split-mix-64.ts'

/** What a job of the pipeline does. */
export type MontageTask =
  | 'mProjectPP'
  | 'mDiffFit'
  | 'mConcatFit'
  | 'mBgModel'
  | 'mBackground'
  | 'mImgtbl'
  | 'mAdd'
  | 'mShrink'
  | 'mJPEG'

/** The size of one mosaic, on which the runtimes of its single jobs depend. */
export interface MosaicSize {
  readonly images: number
  readonly pairs: number
}

const IMAGES_PER_SQUARE_DEGREE = 50

/** Mean and variance of a runtime in seconds, per unit of work, and the units that a mosaic has. */
interface Profile {
  readonly meanSeconds: number
  readonly variance: number
  units(mosaic: MosaicSize): number
}

const one = () => 1
const squareDegrees = ({ images }: MosaicSize) => images / IMAGES_PER_SQUARE_DEGREE
const degrees = (mosaic: MosaicSize) => Math.sqrt(squareDegrees(mosaic))

/**
 * The profile of the 2MASS mosaics in the Pegasus workflow generator, which goes with Bharathi, Chervenak, Deelman, Mehta, Su and
 * Vahi, "Characterization of scientific workflows", WORKS 2008. Its time for mJPEG follows from the size of the image.
 */
const PROFILES: Readonly<Record<MontageTask, Profile>> = {
  mProjectPP: { meanSeconds: 13.59, variance: 0.06, units: one },
  mDiffFit: { meanSeconds: 10.59, variance: 0.01, units: one },
  mConcatFit: { meanSeconds: 0.08, variance: 0, units: ({ pairs }) => pairs },
  mBgModel: { meanSeconds: 0.13, variance: 0.01, units: ({ pairs }) => pairs },
  mBackground: { meanSeconds: 10.74, variance: 0.03, units: one },
  mImgtbl: { meanSeconds: 0.37, variance: 0.01, units: ({ images }) => images },
  mAdd: { meanSeconds: 30.11, variance: 0.05, units: squareDegrees },
  mShrink: { meanSeconds: 12.21, variance: 0, units: degrees },
  mJPEG: { meanSeconds: 3.16, variance: 0.13, units: degrees },
}

/** Draws the runtime of one job in seconds: normal, never below zero. */
export function drawRuntimeSeconds(task: MontageTask, mosaic: MosaicSize, random: SplitMix64): number {
  const { meanSeconds, variance, units } = PROFILES[task]
  for (;;) {
    const seconds = random.nextNormal(meanSeconds, variance)
    if (seconds >= 0) return seconds * units(mosaic)
  }
}
