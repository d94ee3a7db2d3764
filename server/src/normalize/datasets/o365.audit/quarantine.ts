import { setMeaning } from '#normalize/ecs/categories.ts'
import { integerOf, textOf } from '#normalize/json.ts'
import { tell } from '#normalize/sentence.ts'
import { mailAddresses } from '#normalize/steps/mail.ts'
import { nameOf } from '#normalize/steps/user.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

/** What people do with mail in quarantine: look at it, release it, delete it. */
export const quarantine: Subject = {
  name: 'quarantine',
  recordTypes: [65],
  workloads: ['Quarantine'],
  run(record, event) {
    const { audit, mentioned, operation } = record
    setMeaning(event, { category: ['email'], type: ['info'] })
    setOutcome(record, event)
    const networkId = textOf(audit.NetworkMessageId)?.toLowerCase()
    const to = mailAddresses(audit.ReleaseTo)
    if (networkId !== undefined || to.length > 0) {
      event.email = {
        ...(networkId !== undefined && { local_id: networkId }),
        ...(to.length > 0 && { to: { address: to } }),
      }
    }
    mentioned.users.push(...to)
    const type = integerOf(audit.RequestType)
    const verb = VERBS[type ?? -1] ?? named(operation) ?? `performed ${operation || 'an unnamed operation'} on`
    const message = networkId === undefined ? 'a message' : `message ${networkId}`
    tell(
      event,
      `${nameOf(record.actor) ?? 'Someone'} ${verb} ${message} ${verb === VERBS[2] ? 'from' : 'in'} quarantine${to.length === 0 ? '' : ` to ${to.join(', ')}`}`,
    )
  },
}

/** By Microsoft's RequestType. */
const VERBS: readonly string[] = [
  'previewed',
  'deleted',
  'released',
  'exported',
  'viewed the header of',
  'asked for the release of',
]

/** `QuarantineReleaseRequestDeny` and the others, of records without a RequestType. */
function named(operation: string): string | undefined {
  if (/Den(?:y|ied)/.test(operation)) return 'refused the release of'
  if (/ReleaseRequest/.test(operation)) return VERBS[5]
  if (/Release/.test(operation)) return VERBS[2]
  if (/Preview/.test(operation)) return VERBS[0]
  if (/Delete/.test(operation)) return VERBS[1]
  if (/Export|Download/.test(operation)) return VERBS[3]
  return /Header/.test(operation) ? VERBS[4] : undefined
}
