import type { MessageUpdate } from '#world/changes.ts'
import type { Person } from '#world/directory.ts'

import { headersOf } from './mime.ts'
import { sizeOfItem } from './item.ts'
import type { InboxRule, RulePredicates } from './rules.ts'
import type { Item, MailAddress } from './item.ts'

/** What rules make of a message that has just come. */
export interface Outcome {
  /** Key of the folder it goes to. */
  folder: string
  /** Keys of folders that get a copy. */
  copies: string[]
  set: MessageUpdate
  forwards: { how: 'forward' | 'attachment' | 'redirect'; to: readonly MailAddress[] }[]
}

/** Runs the rules in their order until one says stop. */
export function applyRules(rules: readonly InboxRule[], owner: Person, item: Item): Outcome {
  const outcome: Outcome = { folder: item.folder, copies: [], set: {}, forwards: [] }
  for (const rule of rules.toSorted((a, b) => a.sequence - b.sequence)) {
    if (!rule.isEnabled || rule.hasError) continue
    if (!holds(rule.conditions, owner, item)) continue
    if (Object.keys(rule.exceptions).length > 0 && holds(rule.exceptions, owner, item, true)) continue
    act(rule, outcome)
    if (rule.actions.stopProcessingRules) break
  }
  return outcome
}

function act({ actions }: InboxRule, outcome: Outcome): void {
  const { assignCategories, copyToFolder, moveToFolder, markAsRead, markImportance } = actions
  if (assignCategories?.length)
    outcome.set.categories = [...new Set([...(outcome.set.categories ?? []), ...assignCategories])]
  if (copyToFolder) outcome.copies.push(copyToFolder)
  if (markAsRead) outcome.set.isRead = true
  if (markImportance) outcome.set.importance = markImportance
  for (const [how, to] of [
    ['forward', actions.forwardTo],
    ['attachment', actions.forwardAsAttachmentTo],
    ['redirect', actions.redirectTo],
  ] as const)
    if (to?.length) outcome.forwards.push({ how, to })
  if (moveToFolder) outcome.folder = moveToFolder
  if (actions.delete) outcome.folder = 'deleteditems'
  if (actions.permanentDelete) outcome.folder = 'recoverableitemsdeletions'
}

type Test = (owner: Person, item: Item) => boolean

/** All given predicates hold; of exceptions one is enough. */
function holds(predicates: RulePredicates, owner: Person, item: Item, any = false): boolean {
  const tests = Object.entries(predicates).map(([name, wanted]) => TESTS[name as keyof RulePredicates](wanted as never))
  return any ? tests.some((test) => test(owner, item)) : tests.every((test) => test(owner, item))
}

const contains =
  (read: (item: Item) => string) =>
  (wanted: readonly string[]): Test =>
  (_, item) => {
    const text = read(item).toLowerCase()
    return wanted.some((word) => text.includes(word.toLowerCase()))
  }

const names = (list: readonly MailAddress[]) => list.map(({ name, address }) => `${name} ${address}`).join('\n')

const among =
  (read: (item: Item) => readonly MailAddress[]) =>
  (wanted: readonly MailAddress[]): Test =>
  (_, item) =>
    read(item).some(({ address }) => wanted.some((one) => same(one.address, address)))

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

const is =
  (read: (item: Item, owner: Person) => boolean) =>
  (wanted: boolean): Test =>
  (owner, item) =>
    read(item, owner) === wanted

const lists = (list: readonly MailAddress[], owner: Person) =>
  list.some(({ address }) => same(address, owner.userPrincipalName))

const never = is(() => false)

const hasHeader = (item: Item, pattern: RegExp) => (item.headers ?? []).some(([name]) => pattern.test(name))

const TESTS: { [Name in keyof Required<RulePredicates>]: (wanted: never) => Test } = {
  bodyContains: contains(({ text }) => text),
  bodyOrSubjectContains: contains(({ subject, text }) => `${subject}\n${text}`),
  subjectContains: contains(({ subject }) => subject),
  senderContains: contains(({ from }) => names([from])),
  recipientContains: contains(({ to, cc }) => names([...to, ...cc])),
  headerContains: contains((item) =>
    headersOf(item)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  ),
  categories: (wanted: readonly string[]) => (_, item) =>
    (item.categories ?? []).some((each) => wanted.some((one) => same(one, each))),
  fromAddresses: among(({ from }) => [from]),
  sentToAddresses: among(({ to, cc }) => [...to, ...cc]),
  hasAttachments: is(({ attachments }) => attachments.some(({ isInline }) => !isInline)),
  importance: (wanted: string) => (_, item) => item.importance === wanted,
  sensitivity: (wanted: string) => () => wanted === 'normal',
  messageActionFlag: () => () => false,
  isApprovalRequest: never,
  isAutomaticForward: is((item) => hasHeader(item, /^x-ms-exchange-generated-message-source$/i)),
  isAutomaticReply: is((item) => hasHeader(item, /^auto-submitted$/i)),
  isEncrypted: never,
  isMeetingRequest: is(({ meeting }) => meeting?.kind === 'request'),
  isMeetingResponse: is(({ meeting }) => meeting !== undefined && meeting.kind !== 'request'),
  isNonDeliveryReport: is((item) => hasHeader(item, /^x-failed-recipients$/i)),
  isPermissionControlled: never,
  isReadReceipt: never,
  isSigned: never,
  isVoicemail: never,
  notSentToMe: is(({ to }, owner) => !lists(to, owner)),
  sentCcMe: is(({ cc }, owner) => lists(cc, owner)),
  sentOnlyToMe: is(({ to, cc }, owner) => to.length === 1 && cc.length === 0 && lists(to, owner)),
  sentToMe: is(({ to }, owner) => lists(to, owner)),
  sentToOrCcMe: is(({ to, cc }, owner) => lists([...to, ...cc], owner)),
  withinSizeRange:
    ({ minimumSize = 0, maximumSize = Infinity }: NonNullable<RulePredicates['withinSizeRange']>) =>
    (_, item) => {
      const kilobytes = sizeOfItem(item) / 1024
      return kilobytes >= minimumSize && kilobytes <= maximumSize
    },
}
