import { z } from 'zod'

import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

/**
 * Lists below a subscription of Azure Resource Manager. Who may read them is not consented in Entra but a role that somebody
 * assigns on the subscription, so what is missing is told in those words.
 */
export interface SubscriptionList {
  /** GUID. */
  subscription: string
  /** Below the subscription, with its query: `providers/Microsoft.Security/alerts?api-version=2022-01-01`. */
  path: string
  /** Azure's role that allows it: `Reader`. */
  role: string
  /** "Could not read the activity log" */
  what: string
  signal: AbortSignal
}

/** Page by page. @throws AppError CONNECT_*, with what to do in Azure. */
export async function* subscriptionPages<T>(
  microsoft: Microsoft,
  list: SubscriptionList,
  item: z.ZodType<T>,
): AsyncGenerator<T[], void, undefined> {
  const { subscription, path, role, what, signal } = list
  const request = {
    api: 'azure',
    path: `/subscriptions/${encodeURIComponent(subscription)}/${path}`,
    what: `${what} of the Azure subscription ${subscription}.`,
    permission: role,
    signal,
  } as const
  try {
    yield* microsoft.pages(request, item)
  } catch (error) {
    throw error instanceof AppError ? inAzuresWords(error, list) : error
  }
}

/** No subscription was named. */
export function subscriptionMissing(what: string): AppError {
  return new AppError({
    code: 'CONNECT_SUBSCRIPTION_MISSING',
    what: `${what}.`,
    why: 'The connection names no Azure subscription.',
    fix: 'Add the IDs that https://portal.azure.com > Subscriptions shows to the connection, or leave this feed out.',
  })
}

const SUBSCRIPTIONS = 'https://portal.azure.com > Subscriptions'

function inAzuresWords(error: AppError, { subscription, role }: SubscriptionList): AppError {
  const { microsoft, what } = error
  if (!microsoft) return error
  const said = `${microsoft.code}: ${microsoft.message}`
  const told = (code: AppError['code'], why: string, fix: string) =>
    new AppError({ code, what, why, fix, microsoft, cause: error })
  if (microsoft.status === 403) {
    return told(
      'CONNECT_PERMISSION_MISSING',
      `The application has no role there that allows it; ${role} does (${said}).`,
      `In ${SUBSCRIPTIONS} > ${subscription} > Access control (IAM) choose "Add role assignment" and give ${role} to the application.`,
    )
  }
  switch (microsoft.code) {
    case 'SubscriptionNotFound':
      return told(
        'CONNECT_NOT_FOUND',
        `Azure does not know the subscription (${said}).`,
        `Compare it with the IDs that ${SUBSCRIPTIONS} shows, and correct or remove it in the connection's settings.`,
      )
    case 'InvalidSubscriptionId':
      return told(
        'CONNECT_REQUEST_REFUSED',
        `It is no ID of a subscription (${said}).`,
        `Copy the ID, a GUID, from ${SUBSCRIPTIONS} into the connection's settings.`,
      )
    case 'InvalidAuthenticationTokenTenant':
      return told(
        'CONNECT_REQUEST_REFUSED',
        `The subscription belongs to another tenant (${said}).`,
        'Take it out of this connection, and add it to a connection of its own tenant.',
      )
    default:
      return error
  }
}
