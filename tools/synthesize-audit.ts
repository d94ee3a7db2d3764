/**
 * Writes synthesized Office 365 audit records as NDJSON: as many as you like, the same for the same seed, in the shapes and
 * proportions of a busy tenant (mean about 1.3 KB). For benches and for trying an import; nobody in them exists.
 *
 *     node tools/synthesize-audit.ts --records 1000000 --seed 1 --out records.ndjson
 */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { parseArgs } from 'node:util'

export interface SynthesizeOptions {
  records: number
  /** Default 1. */
  seed?: number
  /** Default 20,000. */
  users?: number
  /** When the seven days begin, UTC. Default 2026-11-13. */
  start?: string
}

const SPAN_MS = 7 * 24 * 60 * 60 * 1000

/** The records, one JSON text each, oldest first. Every Id is unique; the same options give the same texts. */
export function* synthesizeAudit(options: SynthesizeOptions): Generator<string> {
  const random = createRandom(options.seed ?? 1)
  const organization = createOrganization(random, options.users ?? 20_000)
  const start = Date.parse(options.start ?? '2026-11-13T00:00:00Z')
  const step = SPAN_MS / options.records
  for (let index = 0; index < options.records; index += 1) {
    const time = new Date(start + (index + random.next()) * step).toISOString().slice(0, 19)
    const user = organization.users[Math.floor(random.next() ** 2 * organization.users.length)]!
    yield KINDS[random.below(KINDS.length)]!({ random, organization, user, time, id: recordId(random, index) })
  }
}

/** A small generator with a seed (xorshift32). */
function createRandom(seed: number) {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  const word = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  const words = new Uint32Array(4)
  const bytes = Buffer.from(words.buffer)
  const below = (limit: number) => word() % limit
  return {
    word,
    below,
    /** 0 ≤ x < 1. */
    next: () => word() / 0x1_0000_0000,
    /** So many hexadecimal digits, at most 32: from bytes at once, which costs a third of joining digits. */
    hex: (digits: number) => {
      for (let index = 0; index * 8 < digits; index += 1) words[index] = word()
      return bytes.toString('hex', 0, digits / 2)
    },
    pick: <Item>(items: readonly Item[]): Item => items[below(items.length)]!,
  }
}
type Random = ReturnType<typeof createRandom>

function guid(random: Random): string {
  const hex = random.hex(32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Unique: multiplying by an odd number maps every index to another one. */
function recordId(random: Random, index: number): string {
  const unique = (Math.imul(index, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  const hex = random.hex(16)
  return `${unique}-${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8, 12)}-08de27${hex.slice(12)}00`
}

interface User {
  upn: string
  objectId: string
  puid: string
  sid: string
  mailboxGuid: string
  address: string
  agent: string
}

function createOrganization(random: Random, count: number) {
  const users = Array.from({ length: count }, (_, index): User => ({
    upn: `user${String(index).padStart(5, '0')}@harbor.example`,
    objectId: guid(random),
    puid: `10032${random.hex(12).slice(1).toUpperCase()}`,
    sid: `S-1-5-21-${random.word()}-${random.word()}-${random.word()}-${random.below(99_999_999)}`,
    mailboxGuid: guid(random),
    address: address(random),
    agent: random.pick(AGENTS),
  }))
  return { id: guid(random), users }
}
type Organization = ReturnType<typeof createOrganization>

function address(random: Random): string {
  if (random.below(5) === 0) return `2001:db8:${random.hex(4)}:${random.hex(4)}::${random.hex(4)}`
  return `${random.pick(['192.0.2.', '198.51.100.', '203.0.113.'])}${1 + random.below(254)}`
}

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18227; Pro)',
  'Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0',
]
const APPLICATIONS = [
  '00000003-0000-0ff1-ce00-000000000000',
  '5d661950-3475-41cd-a2c3-d671a3162bc1',
  '1fec8e78-bce4-4aaf-ab1b-5451cc387264',
]
const WORDS = 'budget invoice plan review minutes offer contract report draft schedule travel notes'.split(' ')
const FOLDERS = ['\\\\Inbox', '\\\\Archive', '\\\\Sent Items', '\\\\Deleted Items']

interface Draft {
  random: Random
  organization: Organization
  user: User
  time: string
  id: string
}

/** The fields every record begins with. */
function head({ time, id, organization }: Draft, operation: string, recordType: number, workload: string): string {
  return `"CreationTime":"${time}","Id":"${id}","Operation":"${operation}","OrganizationId":"${organization.id}","RecordType":${recordType},"Version":1,"Workload":"${workload}"`
}

function signIn(draft: Draft): string {
  const { random, user } = draft
  const failed = random.below(12) === 0
  const application = random.pick(APPLICATIONS)
  const ip = random.below(8) === 0 ? address(random) : user.address
  return `{${head(draft, failed ? 'UserLoginFailed' : 'UserLoggedIn', 15, 'AzureActiveDirectory')},"ResultStatus":"Success","UserKey":"${user.objectId}","UserType":0,"ClientIP":"${ip}","ObjectId":"${application}","UserId":"${user.upn}","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{"Name":"ResultStatusDetail","Value":"Success"},{"Name":"UserAgent","Value":"${user.agent}"},{"Name":"RequestType","Value":"OAuth2:Authorize"}],"ModifiedProperties":[],"Actor":[{"ID":"${user.objectId}","Type":0},{"ID":"${user.upn}","Type":5}],"ActorContextId":"${draft.organization.id}","ActorIpAddress":"${ip}","InterSystemsId":"${guid(random)}","IntraSystemId":"${guid(random)}","SupportTicketId":"","Target":[{"ID":"${application}","Type":0}],"TargetContextId":"${draft.organization.id}","ApplicationId":"${application}","DeviceProperties":[{"Name":"OS","Value":"Windows10"},{"Name":"BrowserType","Value":"Edge"},{"Name":"SessionId","Value":"${guid(random)}"}],"ErrorNumber":"${failed ? '50126' : '0'}"${failed ? ',"LogonError":"InvalidUserNameOrPassword"' : ''}}`
}

function file(draft: Draft): string {
  const { random, user } = draft
  const personal = random.below(2) === 0
  const host = personal ? 'harbor-my.sharepoint.example' : 'harbor.sharepoint.example'
  const site = `https://${host}/${personal ? `personal/${user.upn.replace(/[@.]/g, '_')}` : `sites/${random.pick(WORDS)}`}/`
  const folder = `Documents/${random.pick(WORDS)}/${random.pick(WORDS)}`
  const name = `${random.pick(WORDS)} ${random.pick(WORDS)} ${random.below(9999)}.docx`
  const operation = random.pick([
    'FileAccessed',
    'FileAccessed',
    'FileDownloaded',
    'FileModified',
    'FileUploaded',
    'FileDeleted',
  ])
  return `{"AppAccessContext":{"AADSessionId":"${guid(random)}","CorrelationId":"${guid(random)}","UniqueTokenId":"${random.hex(16)}"},${head(draft, operation, 6, personal ? 'OneDrive' : 'SharePoint')},"UserKey":"i:0h.f|membership|${user.puid}@live.com","UserType":0,"ClientIP":"${user.address}","UserId":"${user.upn}","ApplicationId":"${random.pick(APPLICATIONS)}","AuthenticationType":"OAuth","CorrelationId":"${guid(random)}","EventSource":"SharePoint","IsManagedDevice":false,"ItemType":"File","ListId":"${guid(random)}","ListItemUniqueId":"${guid(random)}","Site":"${guid(random)}","UserAgent":"${user.agent}","WebId":"${guid(random)}","DeviceDisplayName":"${user.address}","FileSizeBytes":${random.below(9_000_000)},"SiteUrl":"${site}","SourceRelativeUrl":"${folder}","SourceFileName":"${name}","SourceFileExtension":"docx","ApplicationDisplayName":"Office","ObjectId":"${site}${folder}/${name}"}`
}

/** The fields of mailbox records. */
function mailbox({ random, organization, user }: Draft): string {
  return `"ResultStatus":"Succeeded","UserKey":"${user.puid}","UserType":0,"ClientIP":"${user.address}","UserId":"${user.upn}","AppId":"${random.pick(APPLICATIONS)}","ClientIPAddress":"${user.address}","ClientInfoString":"Client=OWA;Action=ViaProxy","ClientRequestId":"${guid(random)}","ExternalAccess":false,"InternalLogonType":0,"LogonType":0,"LogonUserSid":"${user.sid}","MailboxGuid":"${user.mailboxGuid}","MailboxOwnerSid":"${user.sid}","MailboxOwnerUPN":"${user.upn}","OrganizationName":"harbor.onmicrosoft.example","OriginatingServer":"AM0PR01MB${random.below(9999)} (15.20.9343.009)","SessionId":"${guid(random)}","TokenTenantId":"${organization.id}"`
}

function messageId(random: Random): string {
  return `<${random.hex(24)}@AM0PR01MB${random.below(9999)}.eurprd01.prod.exchangelabs.example>`
}

function itemId(random: Random): string {
  return `RgAAAAC${random.hex(16)}BwD${random.hex(16)}AAAAAAEMAAD${random.hex(16)}AAAJ`
}

function sent(draft: Draft): string {
  const { random } = draft
  const subject = `${random.pick(WORDS)} ${random.pick(WORDS)} ${random.below(999)}`
  return `{${head(draft, random.pick(['Send', 'Create', 'Update']), 2, 'Exchange')},${mailbox(draft)},"Item":{"Id":"${itemId(random)}","ImmutableId":"LgAAAAA${itemId(random)}","InternetMessageId":"${messageId(random)}","ParentFolder":{"Id":"${itemId(random)}","Path":"${random.pick(FOLDERS)}"},"SizeInBytes":${random.below(90_000)},"Subject":"${subject}"},"SaveToSentItems":true}`
}

function moved(draft: Draft): string {
  const { random } = draft
  const items = Array.from({ length: 1 + random.below(3) }, () => {
    return `{"Id":"${itemId(random)}","InternetMessageId":"${messageId(random)}","ParentFolder":{"Id":"${itemId(random)}","Path":"\\\\Inbox"},"Subject":"${random.pick(WORDS)} ${random.below(999)}"}`
  })
  return `{${head(draft, random.pick(['MoveToDeletedItems', 'SoftDelete', 'Move']), 3, 'Exchange')},${mailbox(draft)},"AffectedItems":[${items.join(',')}],"CrossMailboxOperation":false,"Folder":{"Id":"${itemId(random)}","Path":"\\\\Inbox"},"DestFolder":{"Id":"${itemId(random)}","Path":"\\\\Deleted Items"}}`
}

function accessed(draft: Draft): string {
  const { random } = draft
  const items = Array.from({ length: 1 + random.below(4) }, () => {
    return `{"InternetMessageId":"${messageId(random)}","SizeInBytes":${random.below(90_000)}}`
  })
  return `{${head(draft, 'MailItemsAccessed', 50, 'Exchange')},${mailbox(draft)},"OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],"Folders":[{"FolderItems":[${items.join(',')}],"Id":"${itemId(random)}","Path":"\\\\Inbox"}],"OperationCount":${items.length}}`
}

function directoryChange(draft: Draft): string {
  const { random, user, organization } = draft
  const target = random.pick(organization.users)
  const operation = random.pick([
    'Update user.',
    'Update user.',
    'Add member to group.',
    'Update device.',
    'Reset user password.',
  ])
  return `{${head(draft, operation, 8, 'AzureActiveDirectory')},"ResultStatus":"Success","UserKey":"${user.puid}@harbor.example","UserType":0,"ObjectId":"${target.upn}","UserId":"${user.upn}","AzureActiveDirectoryEventType":1,"ExtendedProperties":[{"Name":"additionalDetails","Value":"{\\"User-Agent\\":\\"${user.agent}\\"}"},{"Name":"extendedAuditEventCategory","Value":"User"}],"ModifiedProperties":[{"Name":"Included Updated Properties","NewValue":"\\"Department, JobTitle\\"","OldValue":""},{"Name":"Department","NewValue":"[\\r\\n  \\"${random.pick(WORDS)}\\"\\r\\n]","OldValue":"[]"}],"Actor":[{"ID":"${user.upn}","Type":5},{"ID":"${user.puid}","Type":3},{"ID":"User_${user.objectId}","Type":2},{"ID":"${user.objectId}","Type":2},{"ID":"User","Type":2}],"ActorContextId":"${organization.id}","InterSystemsId":"${guid(random)}","IntraSystemId":"${guid(random)}","SupportTicketId":"","Target":[{"ID":"User_${target.objectId}","Type":2},{"ID":"${target.objectId}","Type":2},{"ID":"User","Type":2},{"ID":"${target.upn}","Type":5},{"ID":"${target.puid}","Type":3}],"TargetContextId":"${organization.id}"}`
}

function cmdlet(draft: Draft): string {
  const { random, user } = draft
  const operation = random.pick(['Set-Mailbox', 'Set-InboxRule', 'New-InboxRule', 'Set-MailboxJunkEmailConfiguration'])
  return `{${head(draft, operation, 1, 'Exchange')},"ResultStatus":"True","UserKey":"${user.puid}","UserType":2,"ClientIP":"${user.address.includes(':') ? `[${user.address}]` : user.address}:${1024 + random.below(60_000)}","ObjectId":"EURPR01A001.PROD.OUTLOOK.EXAMPLE/Microsoft Exchange Hosted Organizations/harbor.onmicrosoft.example/${user.objectId}","UserId":"${user.upn}","AppId":"","AppPoolName":"MSExchangeAdminApiNetCore","ClientAppId":"","CorrelationID":"","ExternalAccess":false,"OrganizationName":"harbor.onmicrosoft.example","OriginatingServer":"AM0PR01MB${random.below(9999)} (15.20.9343.009)","Parameters":[{"Name":"Identity","Value":"${user.upn}"},{"Name":"Name","Value":"${random.pick(WORDS)}"},{"Name":"MoveToFolder","Value":"Projects"},{"Name":"SubjectContainsWords","Value":"${random.pick(WORDS)};${random.pick(WORDS)}"},{"Name":"StopProcessingRules","Value":"True"}],"RequestId":"${guid(random)}","SessionId":"${guid(random)}"}`
}

function team(draft: Draft): string {
  const { random, user } = draft
  return `{${head(draft, random.pick(['MemberAdded', 'TeamsSessionStarted', 'MessageSent']), 25, 'MicrosoftTeams')},"UserKey":"${user.objectId}","UserType":0,"ClientIP":"${user.address}","UserId":"${user.upn}","CommunicationType":"Team","Members":[{"DisplayName":"User ${random.below(20_000)}","Role":0,"UPN":"${random.pick(draft.organization.users).upn}"}],"TeamGuid":"19:${random.hex(16)}@thread.example","TeamName":"${random.pick(WORDS)}","AADGroupId":"${guid(random)}","ItemName":"${random.pick(WORDS)}","MessageId":"${random.word()}","ExtraProperties":[{"Key":"TimeZone","Value":"Europe/Oslo"},{"Key":"OsName","Value":"windows"},{"Key":"OsVersion","Value":"nt10.0"},{"Key":"Country","Value":"no"},{"Key":"ClientName","Value":"teams"},{"Key":"ClientVersion","Value":"25290302044"}]}`
}

/** Of every twenty records. */
const SHARES: readonly [number, (draft: Draft) => string][] = [
  [5, signIn],
  [5, file],
  [2, sent],
  [1, moved],
  [1, accessed],
  [1, directoryChange],
  [2, cmdlet],
  [3, team],
]

const KINDS = SHARES.flatMap(([share, kind]) => Array.from({ length: share }, () => kind))

async function write(options: SynthesizeOptions, out: Writable): Promise<void> {
  let chunk = ''
  for (const text of synthesizeAudit(options)) {
    chunk += `${text}\n`
    if (chunk.length < 1_000_000) continue
    if (!out.write(chunk)) await once(out, 'drain')
    chunk = ''
  }
  out.end(chunk)
}

if (import.meta.main) {
  // `| head` closes the pipe when it has enough.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const { values } = parseArgs({
    options: {
      records: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: '-' },
    },
  })
  const records = Number(values.records)
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(records) || records < 1 || !Number.isSafeInteger(seed)) {
    process.stderr.write('Usage: node tools/synthesize-audit.ts --records 1000000 --seed 1 [--out FILE|-]\n')
    process.exit(2)
  }
  await write({ records, seed }, values.out === '-' ? process.stdout : createWriteStream(values.out))
}
