import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { o365Quarantine } from './normalizer.ts'

testNormalizer(o365Quarantine, fileURLToPath(new URL('cases', import.meta.url)))
