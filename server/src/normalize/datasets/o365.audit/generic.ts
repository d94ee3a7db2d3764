import type { Step } from '#normalize/normalizer.ts'
import { objectsOf, textOf } from '#normalize/json.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { quote, tell } from '#normalize/sentence.ts'
import type { AuditRecord } from './audit-record.ts'
import { wordsOf } from './operation.ts'
import { setOutcome } from './subject.ts'

/** Records of a type without a subject of its own: kept whole, told plainly, without a category that would be a guess. */
export const generic: Step<AuditRecord> = {
  name: 'generic',
  run(record, event) {
    setOutcome(record, event)
    for (const member of objectsOf(record.audit.Members)) record.mentioned.users.push(parseUser(member.UPN)?.email)
    const object = textOf(record.audit.ObjectId)
    const place = event.event.provider ?? event.event.code
    const what = `"${wordsOf(record.operation) || 'an unnamed operation'}"${place === undefined ? '' : ` in ${place}`}`
    tell(
      event,
      `${nameOf(record.actor) ?? 'Someone'} performed ${what}${object === undefined ? '' : ` on ${quote(object)}`}`,
    )
  },
}
