import type { Step } from '#normalize/normalizer.ts'
import type { JsonObject } from '#normalize/json.ts'
import { addDistinct, relate } from '#normalize/steps/related.ts'
import type { AuditRecord } from './audit-record.ts'

/** Everything an analyst pivots on: ECS `related.*`, and the message ids beside. */
export const related: Step<AuditRecord> = {
  name: 'related',
  run({ mentioned }, event) {
    relate(event, mentioned)
    if (mentioned.messageIds.length > 0) addDistinct(event.o365 as JsonObject, 'message_ids', mentioned.messageIds)
  },
}
