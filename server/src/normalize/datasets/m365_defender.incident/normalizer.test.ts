import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { m365DefenderIncident } from './normalizer.ts'

testNormalizer(m365DefenderIncident, fileURLToPath(new URL('cases', import.meta.url)))
