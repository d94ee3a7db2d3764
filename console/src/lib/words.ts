import type {
  Action,
  ActionRun,
  ActionTargetStateName,
  Investigation,
  InvestigationMailbox,
  MailTargets,
  TargetKindName,
} from '@cordon/api'

/** How things are called on the page: one place, so that a button and the table beside it never differ. */

const numbers = new Intl.NumberFormat('en-US')

/** "23 messages", "1 message". */
export function count(n: number, noun: string, plural = pluralOf(noun)): string {
  return `${numbers.format(n)} ${n === 1 ? noun : plural}`
}

const pluralOf = (noun: string): string => (noun.endsWith('x') ? `${noun}es` : `${noun}s`)

export function number(n: number): string {
  return numbers.format(n)
}

/** "12.4 MB", in steps of a thousand. */
export function bytesWords(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3))
  const amount = bytes / 1000 ** step
  return `${step === 0 ? amount : amount.toFixed(amount < 100 ? 1 : 0)} ${['B', 'kB', 'MB', 'GB', 'TB'][step]}`
}

/** What actions are on: the noun, and the columns that tell one from another. */
export const TARGET_KIND: Record<TargetKindName, { noun: string; address: string; name: string; was: string }> = {
  message: { noun: 'message', address: 'Mailbox', name: 'Subject', was: 'Was in' },
  user: { noun: 'user', address: 'User', name: 'Name', was: 'Was' },
  mailbox: { noun: 'mailbox', address: 'Mailbox', name: 'Name', was: 'Had' },
  device: { noun: 'device', address: 'Device', name: 'Platform', was: 'Was' },
  indicator: { noun: 'indicator', address: 'Value', name: 'Type', was: 'Was' },
  'mail-entry': { noun: 'list item', address: 'Value', name: 'List', was: 'Was' },
  'ip-range': { noun: 'address range', address: 'Range', name: 'Version', was: 'Was' },
  'service-principal': { noun: 'application', address: 'Application ID', name: 'Name', was: 'Was' },
  'quarantined-message': { noun: 'quarantined message', address: 'Recipients', name: 'Subject', was: 'Was' },
}

/** "Message", "User". */
export function kindTitle(kind: TargetKindName): string {
  const { noun } = TARGET_KIND[kind]
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`
}

/** "Messages", "Users". */
export const kindsTitle = (kind: TargetKindName): string => pluralOf(kindTitle(kind))

/** Those of a run's targets that may be acted on: what a person confirms. */
export function actionable({ targetsTotal, targetsByState }: Pick<ActionRun, 'targetsTotal' | 'targetsByState'>) {
  return targetsTotal - (targetsByState.protected ?? 0)
}

/**
 * "Delete permanently" and 23 become "Delete 23 messages permanently", "End sessions of user" and 2 "End sessions of 2 users":
 * the number stands on the button.
 */
export function confirmLabel({ title, on }: Pick<Action, 'title' | 'on'>, targets: number): string {
  const { noun } = TARGET_KIND[on]
  const many = count(targets, noun)
  const named = title.replace(new RegExp(`\\b(${noun}|${pluralOf(noun)})\\b`, 'i'), many)
  return named === title ? title.replace(/^\S+/, (verb) => `${verb} ${many}`) : named
}

/** What was there before Cordon acted, in a word; empty where it is not told. */
export function wasWords(before: Record<string, unknown> | undefined): string {
  const { folderName, accountEnabled, isIsolated, wasAction, wasAllowed, had, riskState, releaseStatus } = before ?? {}
  if (typeof folderName === 'string') return folderName
  if (typeof accountEnabled === 'boolean') return accountEnabled ? 'Enabled' : 'Disabled'
  if (typeof isIsolated === 'boolean') return isIsolated ? 'Isolated' : 'Connected'
  if (typeof wasAction === 'string') return wasAction
  if (typeof wasAllowed === 'string') return wasAllowed
  if (typeof had === 'string') return had
  if (typeof releaseStatus === 'string') return releaseStatus
  return typeof riskState === 'string' ? riskState : ''
}

export function targetSentence(targets: MailTargets): string {
  switch (targets.kind) {
    case 'all':
      return 'all mailboxes'
    case 'users':
      return someOf(targets.users, 'named users')
    case 'groups':
      return `the mailboxes of ${someOf(targets.groups, 'groups')}`
    case 'departments':
      return `the mailboxes of ${someOf(targets.departments, 'departments')}`
  }
}

/** A few by their names, many by their number. */
const someOf = (names: string[], noun: string) =>
  names.length <= 3 ? names.join(', ') : `${number(names.length)} ${noun}`

export type Tone = 'good' | 'warn' | 'bad' | 'busy' | 'quiet'

export const INVESTIGATION_STATE: Record<Investigation['state'], { word: string; tone: Tone }> = {
  queued: { word: 'Queued', tone: 'busy' },
  running: { word: 'Running', tone: 'busy' },
  watching: { word: 'Watching', tone: 'busy' },
  paused: { word: 'Paused', tone: 'warn' },
  stopping: { word: 'Stopping', tone: 'warn' },
  stopped: { word: 'Stopped', tone: 'warn' },
  done: { word: 'Done', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
}

export const MAILBOX_STATE: Record<InvestigationMailbox['state'], { word: string; tone: Tone }> = {
  waiting: { word: 'Waiting', tone: 'quiet' },
  searching: { word: 'Searching', tone: 'busy' },
  searched: { word: 'Searched', tone: 'good' },
  'no-mailbox': { word: 'No mailbox', tone: 'quiet' },
  failed: { word: 'Failed', tone: 'bad' },
  skipped: { word: 'Skipped', tone: 'warn' },
}

export const ACTION_RUN_STATE: Record<ActionRun['state'], { word: string; tone: Tone }> = {
  planned: { word: 'Planned', tone: 'quiet' },
  approved: { word: 'Approved', tone: 'quiet' },
  rejected: { word: 'Rejected', tone: 'warn' },
  expired: { word: 'Expired', tone: 'quiet' },
  running: { word: 'Running', tone: 'busy' },
  done: { word: 'Done', tone: 'good' },
  partly: { word: 'Partly done', tone: 'warn' },
  failed: { word: 'Failed', tone: 'bad' },
  reverting: { word: 'Undoing', tone: 'busy' },
  reverted: { word: 'Undone', tone: 'quiet' },
}

export const TARGET_STATE: Record<ActionTargetStateName, { word: string; tone: Tone }> = {
  planned: { word: 'Planned', tone: 'quiet' },
  protected: { word: 'Protected', tone: 'warn' },
  intended: { word: 'In progress', tone: 'busy' },
  executed: { word: 'Done, being verified', tone: 'busy' },
  verified: { word: 'Verified', tone: 'good' },
  partly: { word: 'Done in part', tone: 'warn' },
  'already-gone': { word: 'Already gone', tone: 'good' },
  'already-done': { word: 'As wanted before', tone: 'good' },
  'moved-by-user': { word: 'Moved by the user', tone: 'warn' },
  'would-change': { word: 'Would be changed', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  'not-reachable': { word: 'Not reachable', tone: 'bad' },
  reverting: { word: 'Being undone', tone: 'busy' },
  reverted: { word: 'Undone', tone: 'quiet' },
  'revert-failed': { word: 'Undo failed', tone: 'bad' },
}

const ENDED: ActionTargetStateName[] = [
  'verified',
  'partly',
  'already-gone',
  'already-done',
  'moved-by-user',
  'would-change',
  'failed',
  'not-reachable',
]
const REVERT_ENDED: ActionTargetStateName[] = ['reverted', 'revert-failed']

/** Targets of the run that have an end, in the direction it is going. */
export function endedTargets(run: ActionRun): number {
  const undoing = run.state === 'reverting' || run.state === 'reverted'
  const states = undoing ? REVERT_ENDED : ENDED
  return states.reduce((sum, state) => sum + (run.targetsByState[state] ?? 0), 0)
}

/** Whether it works through mailboxes now. One that watches waits for new mail. */
export const isActive = (state: Investigation['state']) => ['queued', 'running', 'stopping'].includes(state)
/** Whether it can still be stopped. */
export const isOpen = (state: Investigation['state']) => isActive(state) || state === 'watching' || state === 'paused'
export const isRunActive = (state: ActionRun['state']) => state === 'running' || state === 'reverting'

/** `management-activity.Audit.Exchange` as people know it: `Audit.Exchange`. */
export const feedName = (feed: string) => feed.replace(/^management-activity\./, '')
