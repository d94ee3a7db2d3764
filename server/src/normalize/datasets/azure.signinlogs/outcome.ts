import type { LogRecord } from '#normalize/azure/log-record.ts'
import { integerOf, isObject, textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'

/** How it ended, from Entra's error code: 0 is a success. Without a code Microsoft did not say. */
export const outcome: Step<LogRecord> = {
  name: 'outcome',
  run(record, event) {
    const { properties, envelope } = record
    const status = isObject(properties.status) ? properties.status : {}
    const code = integerOf(status.errorCode) ?? integerOf(envelope.resultType)
    if (code === undefined) {
      event.event.outcome = 'unknown'
    } else if (code === 0) {
      event.event.outcome = 'success'
    } else {
      event.event.outcome = INTERRUPTS.has(code) ? 'unknown' : 'failure'
      event.error = { code: String(code) }
      const reason = textOf(status.failureReason) ?? textOf(envelope.resultDescription)
      if (reason !== undefined) event.event.reason = reason
    }
  },
}

/**
 * Codes of sign-ins that were interrupted by a page and have no end yet, neither a success nor a failure: the session is too
 * old (50058), security information is to be registered (50072, 50079, 50125), "stay signed in?" (50140), confirmation
 * (50199), choose an account (16000, 16001). Where the user cannot answer the page, Entra logs no further record; where
 * an answer was wrong, it logs a failure of its own.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const INTERRUPTS: ReadonlySet<number> = new Set([16000, 16001, 50058, 50072, 50079, 50125, 50140, 50199])
