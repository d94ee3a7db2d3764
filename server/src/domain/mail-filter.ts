/**
 * What a message must be to be a hit: conditions on its envelope, its text, its links and its attachments, joined by AND
 * and OR in nested groups. What each field compares, and how, stands with `evaluate` (investigate/mail/evaluate.ts).
 */
export interface MailFilter {
  where: MailGroup
  /** Both dates are inclusive, ISO with zone; Microsoft counts in whole seconds. */
  receivedFrom?: string
  receivedTo?: string
}

export interface MailGroup {
  logic: 'and' | 'or'
  conditions: (MailCondition | MailGroup)[]
}

export interface MailCondition {
  field: MailField
  value: string
  /** The condition must not hold. */
  not?: true
}

export const MAIL_FIELDS = [
  'from',
  'to',
  'cc',
  'bcc',
  'sender-name',
  'sender-ip',
  'subject',
  'body',
  'url',
  'regex',
  'attachment-name',
  'attachment-extension',
  'attachment-size',
  'attachment-hash',
  'internet-message-id',
  'network-message-id',
] as const

export type MailField = (typeof MAIL_FIELDS)[number]

export function isGroup(each: MailCondition | MailGroup): each is MailGroup {
  return 'conditions' in each
}

/** Every condition of a group and of the groups inside, in order. */
export function* conditionsOf(group: MailGroup): Generator<MailCondition, void, undefined> {
  for (const each of group.conditions) {
    if (isGroup(each)) yield* conditionsOf(each)
    else yield each
  }
}

/** A filter of conditions that must all hold, one for each field given. */
export function allOf(values: Partial<Record<MailField, string | undefined>>): MailFilter {
  const conditions = MAIL_FIELDS.flatMap((field) => {
    const value = values[field]
    return value === undefined ? [] : [{ field, value }]
  })
  return { where: { logic: 'and', conditions } }
}
