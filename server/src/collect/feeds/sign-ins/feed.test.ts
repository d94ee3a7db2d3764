import { SIGN_IN_FEEDS } from './feed.ts'
import { testSignIns } from './testing/test-sign-ins.ts'

/** One of four, which differ by their filter alone; the others are in feed.long.ts. */
testSignIns(SIGN_IN_FEEDS.find(({ id }) => id.endsWith('service-principal'))!)
