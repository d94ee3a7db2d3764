import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { o365MessageTrace } from './normalizer.ts'

testNormalizer(o365MessageTrace, fileURLToPath(new URL('cases', import.meta.url)))
