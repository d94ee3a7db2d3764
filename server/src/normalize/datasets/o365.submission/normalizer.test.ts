import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { o365Submission } from './normalizer.ts'

testNormalizer(o365Submission, fileURLToPath(new URL('cases', import.meta.url)))
