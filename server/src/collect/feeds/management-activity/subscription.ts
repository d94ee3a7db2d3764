import { z } from 'zod'

import type { FeedContext, Preparation } from '#collect/feed.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError, toAppError } from '#domain/errors.ts'

const Subscriptions = z.array(z.object({ contentType: z.string(), status: z.string() }))

/** Microsoft throttles starting: "wait 15 minutes between two". Its list may be behind as long. */
const BETWEEN_STARTS_MS = 15 * 60_000

/** How the newest start of each content type went, per connection. */
const starts = new WeakMap<Microsoft, Map<string, { at: number; error?: unknown }>>()

/**
 * Sees to it that Microsoft makes content available: starts the subscription where there is none or it was disabled. What
 * is not made available in between is not made available later.
 *
 * @throws AppError CONNECT_REQUEST_REFUSED when it cannot be started: disabled by an administrator (AF20023), auditing off.
 */
export async function ensureSubscription(
  { microsoft, clock, signal }: FeedContext,
  contentType: string,
  title: string,
): Promise<Preparation> {
  const root = `/api/v1.0/${microsoft.tenantId}/activity/feed/subscriptions`
  const common = { api: 'management-activity', permission: 'ActivityFeed.Read', signal } as const
  const listed = await microsoft.json(
    { ...common, path: `${root}/list`, what: 'Could not list the subscriptions to the audit log.' },
    Subscriptions,
  )
  const status = listed.find((subscription) => subscription.contentType === contentType)?.status
  if (status === 'enabled') return {}

  const ofConnection = starts.get(microsoft) ?? new Map<string, { at: number; error?: unknown }>()
  starts.set(microsoft, ofConnection)
  const last = ofConnection.get(contentType)
  if (last && clock.now() - last.at < BETWEEN_STARTS_MS) {
    if (last.error) throw last.error
    return {}
  }
  const start = {
    ...common,
    method: 'POST',
    path: `${root}/start?contentType=${contentType}`,
    repeatable: true,
  } as const
  try {
    await microsoft.send({ ...start, what: `Could not subscribe to "${title}".` })
  } catch (error) {
    signal.throwIfAborted()
    const fault = toAppError(error, `Could not subscribe to "${title}".`)
    const code = fault.microsoft?.code
    // "Already enabled": the list was behind.
    if (code === 'AF20024') return {}
    const told = code === 'AF20011' ? auditingOff(fault) : fault
    // Passing trouble is tried again with the next pass.
    if (told.retry === 'never') ofConnection.set(contentType, { at: clock.now(), error: told })
    throw told
  }
  ofConnection.set(contentType, { at: clock.now() })
  return {
    outage: `The subscription was found ${status ?? 'missing'}; what happened meanwhile may never become available.`,
  }
}

/** Microsoft answers "tenant does not exist" where auditing was never switched on. */
function auditingOff({ code, what, why, microsoft }: AppError): AppError {
  const fix = 'Turn auditing on: https://purview.microsoft.com > Audit > "Start recording user and admin activity".'
  return new AppError({ code, what, why, fix, ...(microsoft && { microsoft }) })
}
