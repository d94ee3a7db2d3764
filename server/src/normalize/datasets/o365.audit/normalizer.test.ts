import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { o365Audit } from './normalizer.ts'

testNormalizer(o365Audit, fileURLToPath(new URL('cases', import.meta.url)))
