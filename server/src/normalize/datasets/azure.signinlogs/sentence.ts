import { placeName, placeOf } from '#normalize/azure/place.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { quote } from '#normalize/sentence.ts'
import { nameOf } from '#normalize/steps/user.ts'
import type { UserFields } from '#normalize/steps/user.ts'
import { kindOf } from './kind.ts'

/** Who signed in to what, from where, and how it ended. */
export const sentence: Step<LogRecord> = {
  name: 'sentence',
  run(record, event) {
    const { outcome, reason } = event.event
    const from = isObject(event.source) ? textOf(event.source.ip) : undefined
    const place = placeName(placeOf(record.properties.location))
    const where = [from, place && `(${place})`].filter((part) => part !== undefined).join(' ')
    const what = `${signsIn(record, outcome)}${to(record)}${where === '' ? '' : ` from ${where}`}`
    event.message = `${subject(record, event.user as UserFields | undefined)} ${what}${ending(outcome, reason)}`
  },
}

function subject(record: LogRecord, user: UserFields | undefined): string {
  const { who } = kindOf(record)
  if (who === 'person') return nameOf(user) ?? 'Someone'
  const name = user?.full_name ?? nameOf(user)
  const noun = who === 'application' ? 'Application' : 'Managed identity'
  return name === undefined ? `An unnamed ${who}` : `${noun} ${quote(name)}`
}

function signsIn(record: LogRecord, outcome: unknown): string {
  const { eventType } = kindOf(record)
  const silently = eventType === 'nonInteractiveUser' ? ' without being asked' : ''
  if (outcome === 'failure') return `failed to sign in${silently}`
  return outcome === 'success' ? `signed in${silently}` : `began to sign in${silently}`
}

/** An application is what people sign in with, a resource what applications sign in to. */
function to(record: LogRecord): string {
  const { appDisplayName, resourceDisplayName } = record.properties
  const resource = textOf(resourceDisplayName)
  const target = kindOf(record).who === 'person' ? (textOf(appDisplayName) ?? resource) : resource
  return target === undefined ? '' : ` to ${target}`
}

function ending(outcome: unknown, reason: unknown): string {
  const why = textOf(reason)
  if (why === undefined) return outcome === 'unknown' ? '; Microsoft does not say how it ended.' : '.'
  return `: ${why}${/[.!?]$/.test(why) ? '' : '.'}`
}
