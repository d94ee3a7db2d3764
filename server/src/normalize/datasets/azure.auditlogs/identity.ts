import { stableId } from '#domain/ids.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { meaningOfChange } from '#normalize/ecs/directory-change.ts'
import { textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'

/** Which change this is, and how it ended. Its id is the same whichever way it came, so that both ways together keep it once. */
export const identity: Step<LogRecord> = {
  name: 'identity',
  run({ properties, envelope, text }, event) {
    const id = textOf(properties.id)
    event.event.id = id === undefined ? stableId(text) : stableId('directory audit', id)
    const activity = textOf(properties.activityDisplayName) ?? textOf(envelope.operationName)
    const category = textOf(properties.category)
    const service = textOf(properties.loggedByService)
    if (activity !== undefined) event.event.action = activity
    if (category !== undefined) event.event.code = category
    if (service !== undefined) event.event.provider = service
    setMeaning(event, meaningOfChange(activity ?? ''))
    event.event.outcome = parseOutcome(properties.result)
    const reason = textOf(properties.resultReason) ?? textOf(envelope.resultDescription)
    if (reason !== undefined) event.event.reason = reason
  },
}
