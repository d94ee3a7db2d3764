import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { m365DefenderEvent } from './normalizer.ts'

testNormalizer(m365DefenderEvent, fileURLToPath(new URL('cases', import.meta.url)))
