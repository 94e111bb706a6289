import { describe, it } from 'node:test'
import { backendContract } from '@sluice/core/contract'
import { memoryHarness } from './harness.ts'

backendContract({ describe, it }, memoryHarness)
