import type { EcsEvent } from '#domain/event.ts'
import { textOf } from '#normalize/json.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { nameOf } from '#normalize/steps/user.ts'
import type { Meaning } from '#normalize/ecs/categories.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import type { AuditRecord } from './audit-record.ts'
import type { Subject } from './subject.ts'

/** Sign-ins that Entra's token service and its retired predecessor record. */
export const signIn: Subject = {
  name: 'sign-in',
  recordTypes: [15, 9],
  run(record, event) {
    setMeaning(event, meaningOf(record.operation))
    event.event.outcome = outcomeOf(record)
    const reason = logonError(record) ?? errorNumber(record)
    if (reason !== undefined) event.event.reason = reason
    event.message = sentence(record, event, reason)
  },
}

const meaningOf = byOperation((operation): Meaning => {
  const ends = /Logged(?:Off|Out)|SignOut|Logoff/i.test(operation)
  return { category: ['authentication'], type: [ends ? 'end' : 'start'] }
})

/**
 * `ResultStatus` "Succeeded" of a sign-in only says that the exchange of messages worked: an error beside it, or the
 * operation's name, says how the sign-in ended.
 */
function outcomeOf(record: AuditRecord): Outcome {
  const { audit, operation } = record
  if (operation === 'UserLoginFailed' || logonError(record) !== undefined || errorNumber(record) !== undefined) {
    return 'failure'
  }
  return textOf(audit.ErrorNumber) === '0' ? 'success' : parseOutcome(audit.ResultStatus)
}

/** Entra's name of the error; undefined for "None". */
function logonError({ audit }: AuditRecord): string | undefined {
  const error = textOf(audit.LogonError)
  return error === 'None' ? undefined : error
}

/** Entra's error number; undefined for 0, which means none. */
function errorNumber({ audit }: AuditRecord): string | undefined {
  const number = textOf(audit.ErrorNumber) ?? textOf(audit.ErrorCode)
  return number === '0' ? undefined : number
}

function sentence(record: AuditRecord, event: EcsEvent, reason: string | undefined): string {
  const user = nameOf(record.actor) ?? 'Someone'
  const from = record.source === undefined ? '' : ` from ${record.source.ip}`
  if (event.event.outcome === 'failure') {
    return `${user} failed to sign in${from}${reason === undefined ? '' : `: ${reason}`}.`
  }
  const verb = event.event.type?.[0] === 'end' ? 'signed out' : 'signed in'
  return `${user} ${verb}${from}${event.event.outcome === 'unknown' ? '; Microsoft does not say how it ended' : ''}.`
}
