import type { LogRecord } from '#normalize/azure/log-record.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { quote } from '#normalize/sentence.ts'
import { nameOf } from '#normalize/steps/user.ts'
import type { UserFields } from '#normalize/steps/user.ts'
import { resourceName } from './resource.ts'

/** Who did what to which resource, and whether it began, worked or failed. */
export const sentence: Step<LogRecord> = {
  name: 'sentence',
  run({ envelope }, event) {
    const user = isObject(event.user) ? (event.user as unknown as UserFields) : undefined
    const localized = isObject(envelope.localized) ? textOf(envelope.localized.operationName) : undefined
    const operation = localized ?? textOf(envelope.operationName) ?? 'an unnamed operation'
    const name = resourceName(envelope.resourceId)
    const on = name === undefined ? '' : ` on ${quote(name)}`
    const { outcome, reason, code } = event.event
    if (outcome === undefined) {
      event.message = `Azure ${code ?? 'activity log'}: ${quote(operation)}${on}.`
      return
    }
    const actor = user?.email ?? user?.full_name ?? nameOf(user) ?? 'Somebody'
    const why = textOf(reason)
    const end =
      outcome === 'failure'
        ? ` (failed${why === undefined ? '' : `: ${why}`})`
        : outcome === 'success'
          ? ''
          : begun(envelope)
    event.message = `${actor} performed ${quote(operation)}${on}${end}.`
  },
}

function begun({ resultType }: LogRecord['envelope']): string {
  const word = textOf(resultType)?.toLowerCase()
  return word === undefined ? '' : ` (${word})`
}
