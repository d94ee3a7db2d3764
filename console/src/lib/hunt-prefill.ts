import { MailFilter, type ReportedMail } from '@cordon/api'

/** What a new investigation starts with, as it stands in its address: that is how "Hunt" hands a mail over. */
export interface HuntPrefill {
  filter?: MailFilter
  name?: string
}

/** Only what can be read; anything else in the address is ignored. */
export function parseHuntPrefill(search: Record<string, unknown>): HuntPrefill {
  const { data } = MailFilter.safeParse(search['filter'])
  const { name } = search
  return { ...(data && { filter: data }), ...(typeof name === 'string' && name !== '' && { name }) }
}

/**
 * For a reported mail. Where its internet message ID is known that alone is asked for: it is exact, and every further
 * condition could only hide a copy that a gateway has marked or rewritten.
 */
export function prefillOf({ sender, subject, internetMessageId }: Partial<ReportedMail>): HuntPrefill {
  const given = (field: 'internet-message-id' | 'from' | 'subject', value: string | undefined) =>
    value ? [{ field, value }] : []
  const conditions = internetMessageId
    ? given('internet-message-id', internetMessageId)
    : [...given('from', sender), ...given('subject', subject)]
  return {
    ...(conditions.length > 0 && { filter: { where: { logic: 'and', conditions } } }),
    ...(subject && { name: `Hunt: ${subject}`.slice(0, 200) }),
  }
}
