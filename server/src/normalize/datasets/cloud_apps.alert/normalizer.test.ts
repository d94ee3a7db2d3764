import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { cloudAppsAlert } from './normalizer.ts'

testNormalizer(cloudAppsAlert, fileURLToPath(new URL('cases', import.meta.url)))
