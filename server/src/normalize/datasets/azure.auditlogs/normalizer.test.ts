import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { auditLogs } from './normalizer.ts'

testNormalizer(auditLogs, fileURLToPath(new URL('cases', import.meta.url)))
