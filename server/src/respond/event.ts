import { z } from 'zod'

import { batchedJson } from '#connect/apis/graph/batch.ts'
import { userUrl } from '#connect/apis/graph/mail.ts'
import { odataQuery, percentEncode } from '#connect/apis/graph/odata.ts'
import { AppError } from '#domain/errors.ts'

import { act } from './act.ts'
import type { MessageTarget } from './kinds/message.ts'
import { get, type MessageState } from './message-state.ts'

/** What an invitation put into a calendar: a hit that is no message, cannot be moved to a folder, and has no copies. */

export const CALENDAR_WRITE = 'Calendars.ReadWrite'

/** Below the version root. */
function eventUrl({ hit }: Pick<MessageTarget, 'hit'>): string {
  return `${userUrl(hit.userId)}/events/${percentEncode(hit.messageId)}`
}

/** Deletes the event for good. Idempotent. @throws AppError CONNECT_* */
export function purgeEvent(target: MessageTarget): Promise<void> {
  return act(target, {
    method: 'POST',
    url: `${eventUrl(target)}/permanentDelete`,
    what: `Could not delete an event of ${target.hit.userPrincipalName}.`,
    permission: CALENDAR_WRITE,
  })
}

/** Whether the calendar has the event. @throws AppError CONNECT_* */
export async function readEvent(target: MessageTarget): Promise<MessageState> {
  const url = `${eventUrl(target)}${odataQuery({ $select: 'id' })}`
  const what = `Could not read the calendar of ${target.hit.userPrincipalName}.`
  const request = { api: 'graph', path: `/v1.0${url}`, what, permission: CALENDAR_WRITE } as const
  const [reply] = await get(target, [url])
  try {
    batchedJson(request, reply!, z.object({ id: z.string() }))
    return { place: 'folder', folderId: target.hit.folderId, folderName: 'Calendar', isEvent: true, copies: [] }
  } catch (error) {
    // Any other 404 means that the mailbox is not there, and then nothing is known of the event.
    if (error instanceof AppError && error.microsoft?.code === 'ErrorItemNotFound')
      return { place: 'gone', isEvent: true, copies: [] }
    throw error
  }
}
