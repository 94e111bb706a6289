import { backendContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { fileHarness } from './harness.ts'

backendContract({ describe, it }, fileHarness)
