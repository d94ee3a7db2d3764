import type { EcsEvent } from '#domain/event.ts'
import type { Meaning } from '#normalize/ecs/categories.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { isObject, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { quote, tell } from '#normalize/sentence.ts'
import { gather } from '#normalize/steps/gather.ts'
import { addMail } from '#normalize/steps/mail.ts'
import { nameOf } from '#normalize/steps/user.ts'
import { urlOf } from '#normalize/steps/url.ts'
import type { AuditRecord } from './audit-record.ts'
import { changeOf, doing, meaningOfUse, wordsOf } from './operation.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

/** Sensitivity and retention labels on files and mail: put there, changed, taken away, found, and files opened that have one. */
export const labels: Subject = {
  name: 'labels',
  recordTypes: [38, 43, 48, 69, 70, 71, 72, 75, 82, 83, 84, 109, 157, 285, 286, 291, 358, 361],
  workloads: ['MIPLabel', 'Aip', 'PublicEndpoint'],
  run(record, event) {
    const { audit } = record
    const isMail = audit.Receivers !== undefined || audit.Sender !== undefined
    setMeaning(event, isMail ? { category: ['email'], type: ['info'] } : meaningOf(record.operation))
    setOutcome(record, event)
    if (isMail) {
      const fields = gather()
      addMail(fields, record.mentioned, { from: audit.Sender, to: audit.Receivers, subject: audit.ItemName })
      fields.write(event)
    } else {
      setFile(audit, event)
    }
    const device = textOf(audit.DeviceName)?.toLowerCase()
    if (device !== undefined && event.host === undefined) event.host = { name: device }
    tell(event, sentence(record))
  },
}

const meaningOf = byOperation((operation): Meaning => {
  if (/Label(?:Applied|Updated|Removed|Changed|Recommended)|AutoLabel|Protection/.test(operation))
    return doing('file', 'change')
  if (/Opened|Renamed|Accessed|Read|Discover/.test(operation))
    return doing('file', /Renamed/.test(operation) ? 'change' : 'access')
  return /File|Item|Document|Record/.test(operation) ? doing('file', changeOf(operation)) : meaningOfUse(operation)
})

function setFile({ ObjectId, FileName, ItemName }: JsonObject, event: EcsEvent): void {
  const path = textOf(ObjectId)
  const name = textOf(FileName) ?? textOf(ItemName) ?? (path?.includes('.') ? path.split(/[\\/]/).at(-1) : undefined)
  if (name !== undefined && name !== '') event.file = { name, ...(path !== undefined && { path }) }
  if (path?.includes('://')) event.url = urlOf(path)
}

function sentence({ actor, audit, operation }: AuditRecord): string {
  const data = isObject(audit.SensitivityLabelEventData) ? audit.SensitivityLabelEventData : {}
  const label =
    textOf(audit.LabelName) ??
    textOf(data.SensitivityLabelId) ??
    textOf(audit.SensitivityLabelId) ??
    textOf(audit.LabelId)
  const object = textOf(audit.FileName) ?? textOf(audit.ItemName) ?? textOf(audit.ObjectId)
  return `${nameOf(actor) ?? 'Someone'} performed "${wordsOf(operation) || 'an unnamed operation'}"${
    object === undefined ? '' : ` on ${quote(object)}`
  }${label === undefined ? '' : ` with label ${quote(label)}`}`
}
