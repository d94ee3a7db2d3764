import { integerOf, objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { accountName, accountOf } from '#normalize/steps/account.ts'
import { addMail, fileFields } from '#normalize/steps/mail.ts'
import { parseMoment } from '#normalize/steps/moment.ts'
import { addAddress, addHashes, addUrl, pathOf } from '#normalize/defender/findings.ts'
import { hiveOf, registryTypeOf } from '#normalize/defender/registry.ts'
import type { Row } from './row.ts'
import { addUserAgent } from '#normalize/steps/user-agent.ts'

/**
 * Columns that mean the same in every table of advanced hunting. A table's own file says which of them it has in which role:
 * the process that a row of DeviceProcessEvents is about is the program that started, in DeviceFileEvents it is the one that
 * wrote the file.
 *
 * @see https://learn.microsoft.com/defender-xdr/advanced-hunting-schema-tables (2026-08)
 */

/** `host.*`: the device a row was recorded on. */
export function addDevice({ columns, fields, mentioned }: Row): void {
  const name = textOf(columns.DeviceName)?.toLowerCase()
  fields.add('host.id', textOf(columns.DeviceId)?.toLowerCase())
  fields.add('host.name', name)
  mentioned.hosts.push(name, ...(fields.at('host.id') as string[]))
}

/** The account of `AccountName`, `InitiatingProcessAccountName` and so on under an ECS path. What to call it, if anything. */
export function addAccount(row: Row, path: string, prefix = 'Account'): string | undefined {
  const { columns, fields, mentioned } = row
  const account = accountOf({
    objectId: columns[`${prefix}ObjectId`],
    sid: columns[`${prefix}Sid`],
    upn: columns[`${prefix}Upn`],
    name: columns[`${prefix}Name`],
    domain: columns[`${prefix}Domain`],
    displayName: columns[`${prefix}DisplayName`],
  })
  if (account === undefined) return undefined
  for (const [name, text] of Object.entries(account.user)) fields.add(`${path}.${name}`, text)
  mentioned.users.push(...account.names)
  return accountName(account)
}

/** The sensor does not say which system a device runs; the paths of its processes show it. */
function setOs({ columns, fields }: Row): void {
  const path = textOf(columns.InitiatingProcessFolderPath) ?? textOf(columns.FolderPath)
  if (path !== undefined && /^[a-z]:\\/i.test(path)) fields.add('host.os.type', 'windows')
  else if (path?.startsWith('/') === true) {
    fields.add('host.os.type', /^\/(?:Applications|Library|System|Users)\//.test(path) ? 'macos' : 'linux')
  }
}

/** When no process has started: what Defender writes where it does not know. */
const NO_START = '1601-01-01'

function startOf(value: unknown): string | undefined {
  const start = parseMoment(value)
  return start?.startsWith(NO_START) ? undefined : start
}

/** The process that did it, and its parent. Its name, if it has one. */
export function addInitiator(row: Row, path: 'process' | 'process.parent' = 'process'): string | undefined {
  const { columns, fields } = row
  const of = (name: string) => columns[`InitiatingProcess${name}`]
  const name = textOf(of('FileName'))
  fields.add(`${path}.name`, name)
  fields.add(`${path}.executable`, pathOf(of('FolderPath'), of('FileName')))
  fields.add(`${path}.pid`, integerOf(of('Id')))
  fields.add(`${path}.start`, startOf(of('CreationTime')))
  addCommandLine(row, path, of('CommandLine'))
  addHashes(row, path, { md5: of('MD5'), sha1: of('SHA1'), sha256: of('SHA256') })
  addVersion(row, path, 'InitiatingProcess')
  fields.add(`${path}.user.name`, textOf(of('AccountName'))?.toLowerCase())
  row.mentioned.users.push(textOf(of('AccountName'))?.toLowerCase(), textOf(of('AccountUpn'))?.toLowerCase())
  setOs(row)
  if (path === 'process') {
    fields.add('process.parent.name', textOf(of('ParentFileName')))
    fields.add('process.parent.pid', integerOf(of('ParentId')))
    fields.add('process.parent.start', startOf(of('ParentCreationTime')))
  }
  return name
}

/** The process a row is about: the one that was started, in a row of DeviceProcessEvents. */
export function addProcess(row: Row): string | undefined {
  const { columns, fields } = row
  const name = textOf(columns.FileName)
  fields.add('process.name', name)
  fields.add('process.executable', pathOf(columns.FolderPath, columns.FileName))
  fields.add('process.pid', integerOf(columns.ProcessId))
  fields.add('process.start', startOf(columns.ProcessCreationTime))
  addCommandLine(row, 'process', columns.ProcessCommandLine)
  addHashes(row, 'process', { md5: columns.MD5, sha1: columns.SHA1, sha256: columns.SHA256 })
  addVersion(row, 'process', 'Process')
  return name
}

/** A command line takes 32,767 characters in Windows; more than that is hardly one. */
const LONGEST_COMMAND_LINE = 65_536
const ARGUMENT = /(?:[^\s"]|"[^"]*")+/g

/** A command line, and its arguments apart. */
export function addCommandLine({ fields }: Row, path: string, value: unknown): void {
  const line = textOf(value)
  if (line === undefined) return
  fields.add(`${path}.command_line`, line)
  if (line.length > LONGEST_COMMAND_LINE) return
  const parts = [...line.matchAll(ARGUMENT)].map(([part]) => part.replaceAll('"', ''))
  fields.add(`${path}.args`, ...parts)
  fields.add(`${path}.args_count`, parts.length)
}

function addVersion({ columns, fields }: Row, path: string, prefix: string): void {
  const of = (name: string) => textOf(columns[`${prefix}VersionInfo${name}`])
  fields.add(`${path}.pe.company`, of('CompanyName'))
  fields.add(`${path}.pe.description`, of('FileDescription'))
  fields.add(`${path}.pe.original_file_name`, of('OriginalFileName'))
  fields.add(`${path}.pe.product`, of('ProductName'))
  fields.add(`${path}.pe.file_version`, of('ProductVersion'))
}

/** `file.*`: the file a row is about. Its name, if it has one. */
export function addFile(row: Row, path: 'file' | 'dll' = 'file'): string | undefined {
  const { columns, fields } = row
  const whole = pathOf(columns.FolderPath, columns.FileName)
  const name = textOf(columns.FileName)
  fields.add(`${path}.name`, name)
  fields.add(`${path}.path`, whole)
  addHashes(row, path, { md5: columns.MD5, sha1: columns.SHA1, sha256: columns.SHA256 })
  if (path === 'file') {
    const { extension, size } = fileFields(columns.FileName, columns.FileSize)
    fields.add('file.extension', extension)
    fields.add('file.size', size)
    if (whole !== undefined && name !== undefined && whole.length > name.length + 1) {
      fields.add('file.directory', whole.slice(0, -name.length - 1))
    }
    addAddress(row, columns.FileOriginIP)
    addUrl(row, columns.FileOriginUrl)
  }
  return name
}

const HIVE = /^(HKEY_[A-Z_]+|HK[A-Z]{1,2})\\/i

/** `registry.*`. The key, and the value's name behind it. */
export function addRegistry({ columns, fields }: Row): string | undefined {
  const path = textOf(columns.RegistryKey) ?? textOf(columns.PreviousRegistryKey)
  const value = textOf(columns.RegistryValueName) ?? textOf(columns.PreviousRegistryValueName)
  const spelled = HIVE.exec(path ?? '')?.[1]
  const hive = hiveOf(spelled)
  const key = spelled === undefined ? path : path?.slice(spelled.length + 1)
  const whole = [hive, key, value].filter((part) => part !== undefined).join('\\') || undefined
  fields.add('registry.hive', hive)
  fields.add('registry.key', key)
  fields.add('registry.value', value)
  fields.add('registry.path', whole)
  fields.add('registry.data.type', registryTypeOf(columns.RegistryValueType))
  fields.add('registry.data.strings', textOf(columns.RegistryValueData))
  return whole
}

/** `email.*`: the message a row is about. */
export function addMessage({ columns, fields, mentioned }: Row): void {
  addMail(fields, mentioned, {
    from: columns.SenderFromAddress,
    sender: columns.SenderMailFromAddress,
    to: columns.RecipientEmailAddress,
    subject: columns.Subject ?? columns.EmailSubject,
    internetMessageId: columns.InternetMessageId,
    networkMessageId: columns.NetworkMessageId,
    direction: columns.EmailDirection,
  })
  for (const id of [columns.SenderObjectId, columns.RecipientObjectId]) mentioned.users.push(textOf(id)?.toLowerCase())
}

/** `source.*` from an address and what Microsoft knows of its place. The address, if there is one. */
export function addSource(row: Row, address: unknown): string | undefined {
  const { columns, fields } = row
  addAddress(row, address, 'source.ip')
  const country = textOf(columns.CountryCode) ?? textOf(columns.Country) ?? textOf(columns.Location)
  if (country?.length === 2) fields.add('source.geo.country_iso_code', country.toUpperCase())
  fields.add('source.geo.city_name', textOf(columns.City))
  fields.add('source.as.organization.name', textOf(columns.ISP))
  addUserAgent(fields, textOf(columns.UserAgent))
  return fields.at('source.ip')[0] as string | undefined
}

/** Accounts in a list, `[{"UserName":"ana","DomainName":"HARBOR","Sid":"S-1-…"}]`: related users. */
export function mentionAccounts({ mentioned }: Row, value: unknown): void {
  for (const one of objectsOf(value) as (JsonObject & { UserName?: unknown })[]) {
    const account = accountOf({ name: one.UserName, domain: one.DomainName, sid: one.Sid })
    mentioned.users.push(...(account?.names ?? []))
  }
}
