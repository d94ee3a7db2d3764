import type { MailFilter } from '@cordon/api'

/** What a new investigation starts with, as it stands in its address: that is how "Hunt" hands a mail over. */
export type MailPrefill = Pick<MailFilter, 'sender' | 'subject' | 'internetMessageId'>

/** Only what is given, as text; anything else in the address is ignored. */
export function parseMailPrefill(search: Record<string, unknown>): MailPrefill {
  const given = (name: keyof MailPrefill) =>
    search[name] === undefined || search[name] === '' ? {} : { [name]: String(search[name]) }
  return { ...given('sender'), ...given('subject'), ...given('internetMessageId') }
}
