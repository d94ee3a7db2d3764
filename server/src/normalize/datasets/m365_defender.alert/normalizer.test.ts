import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { m365DefenderAlert } from './normalizer.ts'

testNormalizer(m365DefenderAlert, fileURLToPath(new URL('cases', import.meta.url)))
