import { setMeaning } from '#normalize/ecs/categories.ts'
import { integerOf, isObject, textOf } from '#normalize/json.ts'
import { quote } from '#normalize/sentence.ts'
import { fileFields } from '#normalize/steps/mail.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { urlOf } from '#normalize/steps/url.ts'
import type { Subject } from './subject.ts'

/** A file in SharePoint, OneDrive or Teams in which Defender for Office 365 found malware. The person last changed it. */
export const threatFile: Subject = {
  name: 'threat-file',
  recordTypes: [47],
  run(record, event) {
    const { audit, mentioned } = record
    setMeaning(event, { category: ['malware', 'file'], type: ['info'] })
    event.event.kind = 'alert'
    const data = isObject(audit.FileData) ? audit.FileData : {}
    const sha256 = textOf(data.SHA256)?.toLowerCase()
    const path = textOf(data.FilePath)
    const link = textOf(audit.EventDeepLink)
    mentioned.hashes.push(sha256)
    event.file = {
      ...fileFields(data.FileName, data.FileSize),
      ...(path !== undefined && { path }),
      ...(sha256 !== undefined && { hash: { sha256 } }),
    }
    if (path?.includes('://')) event.url = urlOf(path)
    if (link !== undefined) event.event.url = link
    const person = parseUser(audit.LastModifiedBy)
    if (person !== undefined) {
      record.target = person
      event.user = { ...record.actor, target: person }
    }
    const malware = textOf(data.MalwareFamily)
    const place = WORKLOADS[integerOf(audit.SourceWorkload) ?? -1] ?? textOf(audit.SourceWorkload)
    const name = textOf(data.FileName)
    event.message = `Defender found ${malware ?? 'malware'} in ${name === undefined ? 'a file' : quote(name)}${
      person === undefined ? '' : ` of ${nameOf(person)}`
    }${place === undefined ? '' : ` in ${place}`}.`
  },
}

/** By Microsoft's SourceWorkload. */
const WORKLOADS: readonly string[] = ['SharePoint', 'OneDrive', 'Teams']
