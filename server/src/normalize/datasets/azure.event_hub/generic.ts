import { stableId } from '#domain/ids.ts'
import { keepWhole, openLogRecord, related, timeOf } from '#normalize/azure/log-record.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { setSource } from '#normalize/azure/source.ts'
import { isObject, textOf } from '#normalize/json.ts'
import { defineNormalizer } from '#normalize/normalizer.ts'
import type { Step } from '#normalize/normalizer.ts'
import { quote } from '#normalize/sentence.ts'
import { parseOutcome } from '#normalize/steps/outcome.ts'
import { parseUser } from '#normalize/steps/user.ts'

/** Of a record of which only the envelope is understood: what it says, without a category that would be a guess. */
const whatItSays: Step<LogRecord> = {
  name: 'envelope',
  run(record, event) {
    const { envelope, properties, text } = record
    const said = Object.keys(envelope).length === 0 ? properties : envelope
    event.event.id = stableId(text)
    const operation = textOf(said.operationName)
    const category = textOf(said.category)
    if (operation !== undefined) event.event.action = operation
    if (category !== undefined) event.event.code = category
    if (textOf(said.resultType) !== undefined) event.event.outcome = parseOutcome(said.resultType)
    setSource(record, event, said.callerIpAddress)
    const user = parseUser(isObject(said.identity) ? undefined : said.identity)
    if (user !== undefined) event.user = user
    const resource = textOf(said.resourceId)
    event.message = `Azure ${category === undefined ? 'record' : quote(category)}: ${operation ?? 'an unnamed operation'}${
      resource === undefined ? '' : ` on ${quote(resource)}`
    }.`
  },
}

export const generic = defineNormalizer({
  dataset: 'azure.event_hub',
  title: 'Azure Event Hubs',
  open: openLogRecord,
  steps: [
    timeOf('time', 'timestamp', 'TimeGenerated', 'createdDateTime', 'activityDateTime', 'Timestamp'),
    keepWhole('event_hub'),
    whatItSays,
    related,
  ],
})
