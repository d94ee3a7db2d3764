import { integerOf, isObject, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { accountOf } from '#normalize/steps/account.ts'
import { fileFields } from '#normalize/steps/mail.ts'
import { addAddress, addHashes, addUrl, osTypeOf, pathOf } from '#normalize/defender/findings.ts'
import type { Findings } from '#normalize/defender/findings.ts'

/**
 * Adds what the entities of a Defender for Cloud alert name. The kinds and their fields are those of Microsoft Sentinel. An
 * entity may stand inside another one, or be told by reference there (`{"$ref":"4"}`) and stand in the list as `$id` 4.
 *
 * @see https://learn.microsoft.com/azure/sentinel/entities-reference
 */
export function addEntities(findings: Findings, entities: readonly JsonObject[]): void {
  const named = new Map(entities.map((entity) => [textOf(entity.$id), entity]))
  const resolve: Resolve = (value) => {
    const inner = isObject(value) ? value : {}
    return named.get(textOf(inner.$ref)) ?? inner
  }
  for (const entity of entities) KINDS[textOf(entity.type)?.toLowerCase() ?? '']?.(findings, entity, resolve)
}

/** An entity inside another one. */
type Resolve = (value: unknown) => JsonObject

const KINDS: Readonly<Record<string, (findings: Findings, entity: JsonObject, resolve: Resolve) => void>> = {
  account(findings, entity) {
    const [name, suffix] = [textOf(entity.name), textOf(entity.upnSuffix)]
    const account = accountOf({
      objectId: entity.aadUserId,
      sid: entity.sid,
      upn: name !== undefined && suffix !== undefined && !name.includes('@') ? `${name}@${suffix}` : undefined,
      name,
      domain: entity.ntDomain ?? entity.upnSuffix,
      displayName: entity.displayName,
    })
    for (const [field, text] of Object.entries(account?.user ?? {})) findings.fields.add(`user.${field}`, text)
    findings.mentioned.users.push(...(account?.names ?? []))
  },
  host({ fields, mentioned, categories }, entity) {
    categories.add('host')
    const name = textOf(entity.hostName)?.toLowerCase()
    const domain = textOf(entity.dnsDomain)?.toLowerCase()
    fields.add('host.name', name)
    fields.add('host.id', textOf(entity.azureID)?.toLowerCase())
    fields.add('host.os.name', textOf(entity.osVersion) ?? textOf(entity.osFamily))
    fields.add('host.os.type', osTypeOf(entity.osFamily))
    mentioned.hosts.push(name, name === undefined || domain === undefined ? undefined : `${name}.${domain}`)
  },
  ip(findings, entity) {
    const location = isObject(entity.location) ? entity.location : {}
    addAddress(findings, entity.address, 'source.ip')
    findings.fields.add('source.geo.country_iso_code', textOf(location.countryCode)?.toUpperCase())
    findings.fields.add('source.geo.city_name', textOf(location.city))
  },
  url: (findings, entity) => addUrl(findings, entity.url),
  dns: ({ fields }, entity) => fields.add('dns.question.name', textOf(entity.domainName)?.toLowerCase()),
  file(findings, entity) {
    findings.categories.add('file')
    for (const [field, text] of Object.entries(fileFields(entity.name))) findings.fields.add(`file.${field}`, text)
    findings.fields.add('file.directory', textOf(entity.directory))
    findings.fields.add('file.path', pathOf(entity.directory, entity.name))
    for (const hash of objectsOf(entity.fileHashes)) addHash(findings, hash)
  },
  filehash: addHash,
  process(findings, entity, resolve) {
    const { fields, categories } = findings
    categories.add('process')
    const image = resolve(entity.imageFile)
    fields.add('process.pid', integerOf(entity.processId) ?? hexOf(entity.processId))
    fields.add('process.command_line', textOf(entity.commandLine))
    fields.add('process.name', textOf(image.name))
    fields.add('process.executable', pathOf(image.directory, image.name))
  },
  malware({ fields, categories }, entity) {
    categories.add('malware')
    fields.add('threat.software.name', textOf(entity.name))
  },
  'cloud-application': ({ fields }, entity) => fields.add('service.name', textOf(entity.name)),
  'security-group': ({ fields }, entity) => fields.add('group.name', textOf(entity.distinguishedName)),
}

function addHash(findings: Findings, { algorithm, value }: JsonObject): void {
  addHashes(findings, 'file', { [textOf(algorithm)?.toLowerCase() ?? '']: value })
}

/** Windows' events write process ids in hexadecimal. */
function hexOf(value: unknown): number | undefined {
  const text = textOf(value)
  return text !== undefined && /^0x[0-9a-f]{1,12}$/i.test(text) ? Number(text) : undefined
}
