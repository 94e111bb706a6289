import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { criticalPath, importWfFormat, makespanLowerBoundMs, validateWorkflow, type WorkflowJob } from '@sluice/dag'
import { describe, expect, it } from 'vitest'

/** The folder of recorded workflows, with `bounds.json` about them. */
const folder = process.env.SLUICE_DAGS

interface Bounds {
  readonly instances: Readonly<Record<string, InstanceBounds>>
}

interface InstanceBounds {
  readonly jobs: number
  readonly edges: number
  readonly real: { readonly criticalPathMs: number; readonly w10: { readonly lowerBoundMs: number } }
  readonly scaled1000: { readonly criticalPathMs: number; readonly w10: { readonly lowerBoundMs: number } }
}

if (folder === undefined) {
  process.stdout.write('recorded graphs are left out: SLUICE_DAGS does not name their folder\n')
  it.skip('recorded graphs')
} else {
  const bounds: Bounds = JSON.parse(readFileSync(join(folder, 'bounds.json'), 'utf8'))
  const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'bounds.json')
  const durationOf = ({ payload }: WorkflowJob) => (payload as { ms: number }).ms

  describe('recorded graphs', () => {
    it('are there', () => {
      expect(files.length).toBeGreaterThan(0)
    })

    it.each(files)('%s is imported with its known bounds', (file) => {
      const text = readFileSync(join(folder, file), 'utf8')
      const known = bounds.instances[file.replace(/\.json$/, '')] as InstanceBounds
      const real = importWfFormat(text, { handler: 'sleep' })
      const scaled = importWfFormat(text, { handler: 'sleep', divisor: 1000 })
      expect(validateWorkflow(real)).toEqual([])
      expect(real.jobs).toHaveLength(known.jobs)
      expect(real.jobs.reduce((sum, { needs }) => sum + needs.length, 0)).toBe(known.edges)
      expect(criticalPath(real, durationOf).lengthMs).toBe(known.real.criticalPathMs)
      expect(criticalPath(scaled, durationOf).lengthMs).toBe(known.scaled1000.criticalPathMs)
      expect(Math.abs(makespanLowerBoundMs(real, durationOf, 10) - known.real.w10.lowerBoundMs)).toBeLessThanOrEqual(1)
      expect(
        Math.abs(makespanLowerBoundMs(scaled, durationOf, 10) - known.scaled1000.w10.lowerBoundMs),
      ).toBeLessThanOrEqual(1)
    })
  })
}
