import { describe, expect, it } from 'vitest'
import { unwrapJson } from '#normalize/json.ts'
import { parseAddress } from '#normalize/steps/address.ts'
import { liftNames } from '#normalize/steps/pairs.ts'
import { parseTime } from '#normalize/steps/time.ts'
import { parseUser } from '#normalize/steps/user.ts'
import { hostileTexts } from '#normalize/testing/hostile-texts.ts'
import { attachmentsOf } from './attachments.ts'
import { addressesIn } from './exchange.ts'

/** At this length a parser that takes the square of it would need minutes, and the test would time out. */
const LENGTH = 1_000_000

describe('parsers of text that people outside can choose', () => {
  const parsers = { unwrapJson, parseAddress, parseTime, parseUser, liftNames, attachmentsOf, addressesIn }

  it.each(Object.entries(parsers))('%s takes no more time than the text is long', { timeout: 30_000 }, (_, parse) => {
    for (const text of hostileTexts(LENGTH)) expect(() => parse(text)).not.toThrow()
  })
})
