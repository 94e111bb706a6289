import { backendContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { memoryHarness } from './harness.ts'

backendContract({ describe, it }, memoryHarness)
