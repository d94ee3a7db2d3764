import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { identityProtection } from './normalizer.ts'

testNormalizer(identityProtection, fileURLToPath(new URL('cases', import.meta.url)))
