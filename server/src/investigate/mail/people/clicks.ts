import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { hunt, kqlString } from '#investigate/mail/pairs/hunt.ts'

/** A click on a link, as Safe Links saw it. */
export interface Click {
  at: string
  /** Lower case. */
  userPrincipalName: string
  url: string
  /** Microsoft's word: `ClickAllowed`, `ClickBlocked`, … */
  action: string
  /** The user went on past a warning. */
  wentOn: boolean
}

const IDS_AT_ONCE = 500

/**
 * Clicks on links of mails, by whoever clicked: one hunt for each 500 mails. Only clicks that Safe Links saw are in it, and
 * only those of the last 30 days.
 *
 * @throws AppError CONNECT_* when hunting refuses.
 */
export async function readClicks(
  microsoft: Microsoft,
  internetMessageIds: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Click[]> {
  const ids = [...internetMessageIds].filter((id) => id !== '')
  const clicks: Click[] = []
  for (let start = 0; start < ids.length; start += IDS_AT_ONCE) {
    const some = ids.slice(start, start + IDS_AT_ONCE).map(kqlString)
    const query = [
      `let mails = EmailEvents | where InternetMessageId in~ (${some.join(', ')}) | distinct NetworkMessageId;`,
      'UrlClickEvents',
      '| where NetworkMessageId in (mails)',
      `| project ${Object.keys(UrlClick.shape).join(', ')}`,
    ].join('\n')
    const rows = await hunt({ microsoft, query, row: UrlClick, what: 'Could not hunt for clicks.', signal })
    clicks.push(...rows.map(toClick))
  }
  return clicks.sort((a, b) => a.at.localeCompare(b.at))
}

const UrlClick = z.object({
  Timestamp: z.string(),
  AccountUpn: z.string(),
  Url: z.string(),
  ActionType: z.string(),
  IsClickedThrough: z.coerce.boolean().nullish(),
})

function toClick(row: z.infer<typeof UrlClick>): Click {
  return {
    at: row.Timestamp,
    userPrincipalName: row.AccountUpn.toLowerCase(),
    url: row.Url,
    action: row.ActionType,
    wentOn: row.IsClickedThrough ?? false,
  }
}
