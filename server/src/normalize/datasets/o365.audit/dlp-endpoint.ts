import type { EcsEvent } from '#domain/event.ts'
import type { Meaning } from '#normalize/ecs/categories.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { integerOf, isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { quote } from '#normalize/sentence.ts'
import { nameOf } from '#normalize/steps/user.ts'
import type { AuditRecord } from './audit-record.ts'
import { changeOf, doing, wordsOf } from './operation.ts'
import type { Subject } from './subject.ts'

/**
 * What people do on their devices with files that data loss prevention watches: copy to a stick, print, upload. An alert where a
 * policy matched; otherwise what happened, which its record says did happen.
 */
export const dlpEndpoint: Subject = {
  name: 'dlp-endpoint',
  recordTypes: [63, 99, 100],
  workloads: ['Endpoint'],
  run(record, event) {
    const { audit } = record
    setMeaning(event, meaningOf(record.operation))
    const rules = rulesOf(audit)
    if (rules.length > 0) {
      event.event.kind = 'alert'
      event.rule = { name: rules }
    }
    setFile(record, event)
    const device = textOf(audit.DeviceName)?.toLowerCase()
    const id = textOf(audit.MDATPDeviceId)?.toLowerCase()
    if (device !== undefined) event.host = { name: device, ...(id !== undefined && { id }) }
    const program = textOf(audit.Application)
    if (program !== undefined) event.process = { name: program }
    const target = textOf(audit.TargetDomain)?.toLowerCase()
    if (target !== undefined) {
      event.destination = { domain: target }
      record.mentioned.hosts.push(target)
    }
    event.message = sentence(record, device, rules)
  },
}

const meaningOf = byOperation((operation): Meaning => {
  if (/Removable|Clipboard|Cloud|Print|NetworkShare|Bluetooth|RDP|Browser|Upload|Accessed|Read/i.test(operation))
    return doing('file', 'access')
  return doing('file', changeOf(operation))
})

function rulesOf({ PolicyMatchInfo, PolicyDetails }: JsonObject): string[] {
  const matched = isObject(PolicyMatchInfo) ? [PolicyMatchInfo.RuleName, PolicyMatchInfo.PolicyName] : []
  const rules = objectsOf(PolicyDetails)
    .flatMap(({ Rules }) => objectsOf(Rules))
    .map(({ RuleName }) => RuleName)
  return [...new Set([matched[0] ?? matched[1], ...rules].flatMap((name) => textOf(name) ?? []))]
}

function setFile({ audit, mentioned }: AuditRecord, event: EcsEvent): void {
  const path = textOf(audit.ObjectId) ?? textOf(audit.SourceFilePath)
  const name = textOf(audit.FileName) ?? path?.split(/[\\/]/).at(-1)
  const extension = textOf(audit.FileExtension)?.replace(/^\./, '').toLowerCase()
  const size = integerOf(audit.FileSize)
  const sha1 = textOf(audit.Sha1)?.toLowerCase()
  const sha256 = textOf(audit.Sha256)?.toLowerCase()
  if (name === undefined || name === '') return
  mentioned.hashes.push(sha1, sha256)
  event.file = {
    name,
    ...(extension !== undefined && { extension }),
    ...(path !== undefined && { path }),
    ...(size !== undefined && { size }),
    ...((sha1 !== undefined || sha256 !== undefined) && {
      hash: { ...(sha1 !== undefined && { sha1 }), ...(sha256 !== undefined && { sha256 }) },
    }),
  }
}

function sentence(
  { actor, audit, operation }: AuditRecord,
  device: string | undefined,
  rules: readonly string[],
): string {
  const path = textOf(audit.ObjectId) ?? textOf(audit.FileName)
  const target = textOf(audit.TargetFilePath) ?? textOf(audit.TargetDomain) ?? textOf(audit.TargetPrinterName)
  return `${nameOf(actor) ?? 'Someone'} performed "${wordsOf(operation) || 'an unnamed operation'}"${path === undefined ? '' : ` on ${quote(path)}`}${
    target === undefined ? '' : ` to ${quote(target)}`
  }${device === undefined ? '' : ` on device ${device}`}${rules.length === 0 ? '' : `; matches ${rules.map(quote).join(', ')}`}.`
}
