import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { httpIntake } from './normalizer.ts'

testNormalizer(httpIntake, fileURLToPath(new URL('cases', import.meta.url)))
