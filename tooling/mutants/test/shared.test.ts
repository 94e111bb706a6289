import { backendContract } from '@sluice/core/contract'
import { describe, it } from 'vitest'
import { sharedHarness } from '../src/shared-backend.ts'

backendContract({ describe, it }, sharedHarness())
