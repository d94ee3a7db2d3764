import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { activityLogs } from './normalizer.ts'

testNormalizer(activityLogs, fileURLToPath(new URL('cases', import.meta.url)))
