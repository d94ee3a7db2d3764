import { stableId } from '#domain/ids.ts'
import { setLevel } from '#normalize/azure/log-record.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { textOf } from '#normalize/json.ts'
import { TimeFault } from '#normalize/normalizer.ts'
import type { Step } from '#normalize/normalizer.ts'
import { isGuid } from '#normalize/steps/guid.ts'
import { parseTime } from '#normalize/steps/time.ts'

/** When it happened. */
export const time: Step<LogRecord> = {
  name: 'time',
  run({ envelope }, event) {
    const at = parseTime(envelope.time)
    if (at === undefined) throw new TimeFault('eventTimestamp or time is missing or is not a date and time.')
    event['@timestamp'] = at
  },
}

/**
 * Which record this is. Of one operation there are several: it began, was accepted, ended. A diagnostic
 * setting leaves out Azure's id of the record, so a tenant that collects both ways has each twice.
 */
export const identity: Step<LogRecord> = {
  name: 'identity',
  run({ envelope, text }, event) {
    const id = textOf(envelope.eventDataId)
    event.event.id = id !== undefined && isGuid(id) ? id.toLowerCase() : stableId(text)
    const operation = textOf(envelope.operationName)
    const category = textOf(envelope.category)
    if (operation !== undefined) event.event.action = operation
    if (category !== undefined) event.event.code = category
    setLevel(envelope, event)
  },
}
