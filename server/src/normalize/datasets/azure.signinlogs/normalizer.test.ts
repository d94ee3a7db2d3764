import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { signInLogs } from './normalizer.ts'

testNormalizer(signInLogs, fileURLToPath(new URL('cases', import.meta.url)))
