import { fileURLToPath } from 'node:url'
import { testNormalizer } from '#normalize/testing/test-normalizer.ts'
import { o365ReportedMail } from './normalizer.ts'

testNormalizer(o365ReportedMail, fileURLToPath(new URL('cases', import.meta.url)))
