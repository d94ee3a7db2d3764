import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { intuneLog } from './normalizer.ts'

testNormalizer(intuneLog, fileURLToPath(new URL('cases', import.meta.url)))
