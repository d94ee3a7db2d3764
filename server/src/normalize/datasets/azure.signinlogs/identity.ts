import { stableId } from '#domain/ids.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { textOf } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { isGuid } from '#normalize/steps/guid.ts'
import { kindOf } from './kind.ts'

/** Which sign-in this is. Its id is the same whichever way it came, so that both ways together keep it once. */
export const identity: Step<LogRecord> = {
  name: 'identity',
  run(record, event) {
    const { properties, envelope, text } = record
    const id = textOf(properties.id)
    event.event.id = id !== undefined && isGuid(id) ? id.toLowerCase() : stableId(text)
    event.event.action = textOf(envelope.operationName) ?? 'Sign-in activity'
    event.event.code = kindOf(record).category
    event.event.provider = 'Microsoft Entra ID'
    setMeaning(event, { category: ['authentication'], type: ['start'] })
  },
}
