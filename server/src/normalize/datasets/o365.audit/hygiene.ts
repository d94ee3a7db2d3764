import { setMeaning } from '#normalize/ecs/categories.ts'
import { textOf } from '#normalize/json.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import type { Subject } from './subject.ts'

/** Who may send no more mail because too much of it was spam, and who may again. Microsoft does it: there is no outcome. */
export const hygiene: Subject = {
  name: 'hygiene',
  recordTypes: [51],
  run(record, event) {
    const { audit } = record
    const isListed = textOf(audit.Event)?.toLowerCase() !== 'delisted'
    setMeaning(event, { category: ['email', 'iam'], type: ['info', 'change'] })
    if (isListed) event.event.kind = 'alert'
    const person = parseUser(audit.EventValue)
    if (person !== undefined) {
      record.target = person
      event.user = { ...record.actor, target: person }
    }
    const reason = textOf(audit.Reason)
    if (reason !== undefined) event.event.reason = reason
    event.message = `${nameOf(person) ?? 'An account'} ${isListed ? 'is kept from sending mail' : 'may send mail again'}${
      reason === undefined ? '' : `: ${reason}`
    }.`
  },
}
