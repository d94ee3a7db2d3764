import { SIGN_IN_FEEDS } from './feed.ts'
import { testSignIns } from './testing/test-sign-ins.ts'

for (const feed of SIGN_IN_FEEDS.filter(({ id }) => !id.endsWith('service-principal'))) testSignIns(feed)
