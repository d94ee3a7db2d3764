import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { defenderCloudAlert } from './normalizer.ts'

testNormalizer(defenderCloudAlert, fileURLToPath(new URL('cases', import.meta.url)))
