import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { eventHub } from './normalizer.ts'

testNormalizer(eventHub, fileURLToPath(new URL('cases', import.meta.url)))
