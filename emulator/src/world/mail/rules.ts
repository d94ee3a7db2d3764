import { NEWSLETTERS } from '#world/names.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { byPerson } from './by-person.ts'
import { subscribes } from './broadcasts.ts'
import type { MailAddress } from './item.ts'

/**
 * Inbox rules, as the mailbox holds them. The Graph lists those that are not hidden; `Get-InboxRule -IncludeHidden` lists
 * all. Those of one mailbox: `tenant.objects(inboxRules).of(person.id)`, new ones under `ruleKey(person, id)`.
 */
export interface InboxRule {
  /** As in the Graph: eight bytes in base64. */
  id: string
  displayName: string
  /** Lower ones run first. */
  sequence: number
  isEnabled: boolean
  /** Not shown by the Graph. */
  isHidden: boolean
  isReadOnly: boolean
  hasError: boolean
  conditions: RulePredicates
  exceptions: RulePredicates
  actions: RuleActions
}

/** All that are given must hold; of a list one is enough. Names are the Graph's. */
export interface RulePredicates {
  bodyContains?: readonly string[]
  bodyOrSubjectContains?: readonly string[]
  subjectContains?: readonly string[]
  senderContains?: readonly string[]
  recipientContains?: readonly string[]
  headerContains?: readonly string[]
  categories?: readonly string[]
  fromAddresses?: readonly MailAddress[]
  sentToAddresses?: readonly MailAddress[]
  hasAttachments?: boolean
  importance?: 'low' | 'normal' | 'high'
  sensitivity?: 'normal' | 'personal' | 'private' | 'confidential'
  messageActionFlag?: string
  isApprovalRequest?: boolean
  isAutomaticForward?: boolean
  isAutomaticReply?: boolean
  isEncrypted?: boolean
  isMeetingRequest?: boolean
  isMeetingResponse?: boolean
  isNonDeliveryReport?: boolean
  isPermissionControlled?: boolean
  isReadReceipt?: boolean
  isSigned?: boolean
  isVoicemail?: boolean
  notSentToMe?: boolean
  sentCcMe?: boolean
  sentOnlyToMe?: boolean
  sentToMe?: boolean
  sentToOrCcMe?: boolean
  /** Kilobytes. */
  withinSizeRange?: { minimumSize?: number; maximumSize?: number }
}

export interface RuleActions {
  assignCategories?: readonly string[]
  /** Key of a folder. */
  copyToFolder?: string
  moveToFolder?: string
  delete?: boolean
  permanentDelete?: boolean
  forwardTo?: readonly MailAddress[]
  forwardAsAttachmentTo?: readonly MailAddress[]
  redirectTo?: readonly MailAddress[]
  markAsRead?: boolean
  markImportance?: 'low' | 'normal' | 'high'
  stopProcessingRules?: boolean
}

export const inboxRules: Kind<InboxRule> = { name: 'mail.inboxRule', born: byPerson(({ id }) => id, everydayRules) }

export const ruleKey = (person: Person, id: string): string => `${person.id}/${id}`

/** Eight bytes, of which the first four are the same in every rule. */
export const ruleId = (...ids: readonly (string | number)[]): string =>
  Buffer.from(`01000000${random('rule', ...ids).hex(8)}`, 'hex').toString('base64')

/** The filter for junk that every mailbox has and nobody sees, and what tidy people set up. */
function everydayRules(world: World, person: Person): InboxRule[] {
  const r = random(world.seed, 'rules', person.index)
  const invoices = r.chance(0.3)
  const made = (name: string, sequence: number, conditions: RulePredicates, actions: RuleActions): InboxRule => ({
    id: ruleId(world.seed, person.index, name),
    displayName: name,
    sequence,
    isEnabled: true,
    isHidden: false,
    isReadOnly: false,
    hasError: false,
    conditions,
    exceptions: {},
    actions,
  })
  return [
    {
      ...made('Junk E-mail Rule', 0, {}, {}),
      isHidden: true,
      isReadOnly: true,
    },
    ...(subscribes(world, person, 0)
      ? [
          made(
            'Newsletters',
            1,
            { senderContains: [NEWSLETTERS[0].address.split('@')[1]!] },
            { moveToFolder: 'user:Newsletters', stopProcessingRules: true },
          ),
        ]
      : []),
    ...(invoices && person.kind === 'user'
      ? [made('Invoices', 2, { subjectContains: ['invoice'], hasAttachments: true }, { moveToFolder: 'user:Invoices' })]
      : []),
    ...(r.chance(0.05)
      ? [made('Mail I am only copied on', 3, { sentCcMe: true, notSentToMe: true }, { markAsRead: true })]
      : []),
  ]
}
