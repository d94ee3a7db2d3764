import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { entraEntity } from './normalizer.ts'

testNormalizer(entraEntity, fileURLToPath(new URL('cases', import.meta.url)))
