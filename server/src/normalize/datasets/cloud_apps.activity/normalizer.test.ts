import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { cloudAppsActivity } from './normalizer.ts'

testNormalizer(cloudAppsActivity, fileURLToPath(new URL('cases', import.meta.url)))
