import { PARTNERS, PROJECTS } from '#world/names.ts'
import { entraEvent, entraRecord } from '#world/entra/everyday.ts'
import type { Person } from '#world/directory.ts'
import type { Random } from '#world/random.ts'
import type { World } from '#world/world.ts'

import { accessEvent, cmdlet, groupEvent, itemEvent, ruleEvent, syncEvent } from './records/exchange.ts'
import { GENERAL } from './everyday-general.ts'
import { dlpMatch } from './records/dlp.ts'
import { fileOperation } from './records/sharepoint.ts'
import { homeIp } from './records/record.ts'
import type { AuditRecord } from './records/record.ts'
import type { ContentType } from './content-types.ts'
import type { MailItem } from './records/exchange.ts'

/** What people do all day. Each activity makes one record; the number before it says how often. */

export interface Occasion {
  world: World
  /** Drawn from already for the record's id; goes on from there. */
  r: Random
  id: string
  at: number
}

export function benignRecord(contentType: ContentType, occasion: Occasion): AuditRecord {
  if (contentType === 'Audit.AzureActiveDirectory') return entraRecord(occasion.world, entraEvent(occasion))
  const activities = ACTIVITIES[contentType]
  let left = occasion.r.next() * activities.reduce((sum, [weight]) => sum + weight, 0)
  const [, make] = activities.find(([weight]) => (left -= weight) < 0) ?? activities[0]!
  const person = occasion.world.directory.at(occasion.r.between(0, occasion.world.directory.users - 1))
  return make(occasion, person)
}

/** What one person did at a moment, as a record. */
export type Activity = (occasion: Occasion, person: Person) => AuditRecord

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
]

const SUBJECTS = ['Berth plan', 'Invoice 40211', 'RE: budget', 'Payroll cut-off', 'Customs papers', 'Minutes']

const mailItem = (r: Random, path: string): MailItem => ({
  id: `RgAAAA${r.hex(40)}`,
  subject: r.pick(SUBJECTS),
  path,
  size: r.between(4e3, 9e4),
  internetMessageId: `<${r.hex(24).toUpperCase()}@mail.${r.pick(PARTNERS).domain}>`,
})

const event = ({ world, id, at }: Occasion, owner: Person, operation: string) => ({
  id,
  at,
  owner,
  operation,
  ip: homeIp(world, owner),
  clientInfo: 'Client=OWA;Action=ViaProxy',
})

const item =
  (operation: string, path: string): Activity =>
  (occasion, person) =>
    itemEvent(occasion.world, event(occasion, person, operation), mailItem(occasion.r, path))

const group =
  (operation: string, to: string): Activity =>
  (occasion, person) =>
    groupEvent(occasion.world, event(occasion, person, operation), [mailItem(occasion.r, '\\Inbox')], to)

const read: Activity = (occasion, person) => {
  const items = Array.from({ length: occasion.r.between(1, 4) }, () => mailItem(occasion.r, '\\Inbox'))
  return accessEvent(occasion.world, event(occasion, person, 'MailItemsAccessed'), items)
}

/** A new computer's Outlook takes the folders over. */
const sync: Activity = (occasion, person) =>
  syncEvent(occasion.world, event(occasion, person, 'MailItemsAccessed'), ['\\Inbox', '\\Sent Items'])

const outlookRule: Activity = (occasion, person) =>
  ruleEvent(occasion.world, event(occasion, person, 'UpdateInboxRules'), {
    RuleOperation: 'AddMailboxRule',
    RuleName: 'Newsletters',
    RuleCondition: `(SubString, Subject, ${occasion.r.pick(SUBJECTS)})`,
    RuleActions: '[{"ActionType":"Move"}]',
  })

/** Filing newsletters: a rule that stays inside the mailbox. */
const fileRule: Activity = ({ world, r, id, at }, person) =>
  cmdlet(world, {
    id,
    at,
    person,
    ip: homeIp(world, person),
    name: 'New-InboxRule',
    objectId: `${world.initialDomain}\\${person.id}\\Newsletters`,
    parameters: {
      Name: 'Newsletters',
      From: r.pick(PARTNERS).domain,
      MoveToFolder: 'Newsletters',
    },
  })

const mailboxSetting: Activity = ({ world, id, at }, person) => {
  const admin = world.directory.at(7)
  const parameters = { Identity: person.userPrincipalName, RetainDeletedItemsFor: '30.00:00:00' }
  return cmdlet(world, {
    id,
    at,
    person: admin,
    ip: homeIp(world, admin),
    name: 'Set-Mailbox',
    objectId: person.id,
    parameters,
  })
}

const file =
  (operation: string, sharing?: 'with a partner' | 'with everybody'): Activity =>
  ({ world, r, id, at }, person) =>
    fileOperation(world, {
      id,
      at,
      person,
      operation,
      ip: homeIp(world, person),
      userAgent: r.pick(AGENTS),
      site: `project-${r.pick(PROJECTS).toLowerCase()}`,
      folder: 'Shared Documents/General',
      file: `${r.pick(['plan', 'budget', 'minutes', 'drawing'])}-${r.between(1, 400)}.${r.pick([
        'docx',
        'xlsx',
        'pdf',
      ])}`,
      ...(sharing === 'with a partner' ? { sharedWith: `office@${r.pick(PARTNERS).domain}` } : {}),
      ...(sharing === 'with everybody' ? { anonymousLink: true } : {}),
    })

const ACTIVITIES: Record<
  Exclude<ContentType, 'Audit.AzureActiveDirectory'>,
  readonly (readonly [number, Activity])[]
> = {
  'Audit.Exchange': [
    [55, read],
    [16, item('Send', '\\Sent Items')],
    [8, item('Update', '\\Inbox')],
    [6, item('Create', '\\Drafts')],
    [2, sync],
    [0.6, outlookRule],
    [8, group('MoveToDeletedItems', '\\Deleted Items')],
    [6, group('SoftDelete', '\\Recoverable Items\\Deletions')],
    [4, group('Move', '\\Projects')],
    [0.6, fileRule],
    [0.6, mailboxSetting],
  ],
  'Audit.SharePoint': [
    [45, file('FileAccessed')],
    [20, file('FileModified')],
    [18, file('FileDownloaded')],
    [10, file('FileUploaded')],
    [2, file('SharingSet', 'with a partner')],
    [1, file('SharingInvitationCreated', 'with a partner')],
    [1, file('AddedToSecureLink', 'with a partner')],
    [0.5, file('AnonymousLinkCreated', 'with everybody')],
  ],
  'Audit.General': GENERAL,
  'DLP.All': [
    [
      3,
      ({ world, r, id, at }, person) =>
        dlpMatch(world, { id, at, person, place: 'Exchange', subject: r.pick(SUBJECTS) }),
    ],
    [
      1,
      ({ world, r, id, at }, person) =>
        dlpMatch(world, { id, at, person, place: 'SharePoint', subject: `${r.pick(SUBJECTS)}.docx` }),
    ],
  ],
}
