import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { graphActivityLogs } from './normalizer.ts'

testNormalizer(graphActivityLogs, fileURLToPath(new URL('cases', import.meta.url)))
