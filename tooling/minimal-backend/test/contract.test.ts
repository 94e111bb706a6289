import { backendContract } from '@sluice/core/contract'
import { describe, it, vi } from 'vitest'
import { memoryHarness } from './harness.ts'

vi.setConfig({ testTimeout: 60_000 })
backendContract({ describe, it }, memoryHarness)
