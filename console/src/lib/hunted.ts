import type { Investigation, MailGroup, ReportedMail } from '@cordon/api'

const bare = (id: string) => id.trim().replaceAll(/^<|>$/g, '').toLowerCase()

/** The newest investigation (of a list that has the newest first) that looks for this very mail, whatever else it looks for. */
export function huntOf(
  report: Pick<ReportedMail, 'internetMessageId' | 'networkMessageId'>,
  investigations: readonly Investigation[],
): Investigation | undefined {
  const wanted = new Set([report.internetMessageId, report.networkMessageId].flatMap((id) => (id ? [bare(id)] : [])))
  return investigations.find(({ filter }) => messageIds(filter.where).some((id) => wanted.has(id)))
}

function messageIds({ conditions }: MailGroup): string[] {
  return conditions.flatMap((part) => {
    if ('conditions' in part) return messageIds(part)
    return !part.not && part.field.endsWith('message-id') ? [bare(part.value)] : []
  })
}
