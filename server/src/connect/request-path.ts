import { AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'

import type { MicrosoftApi, MicrosoftLink, MicrosoftRequest } from './microsoft.ts'
import type { Scope } from './throttle.ts'

/**
 * The path to send for a request: its own, or that of an address which Microsoft gave, as it is.
 *
 * Management Activity calls carry `PublisherIdentifier` (here the tenant itself, as a self-hosted program is its tenant's
 * own): without it all programs of all tenants share one budget.
 *
 * @throws AppError CONNECT_REPLY_UNREADABLE for an address outside `origin`: it would carry the token away.
 */
export function requestPath(request: MicrosoftRequest, origin: string, tenantId: TenantId): string {
  const path = request.path.startsWith('/') ? request.path : pathBelow(origin, request)
  if (request.api !== 'management-activity' || /[?&]PublisherIdentifier=/i.test(path)) return path
  return `${path}${path.includes('?') ? '&' : '?'}PublisherIdentifier=${tenantId}`
}

function pathBelow(origin: string, request: MicrosoftRequest): string {
  const { path } = request
  if (URL.canParse(path) && new URL(path).origin === origin) {
    // Cut, not rebuilt: page addresses are to be used verbatim.
    const start = path.indexOf('/', path.indexOf('//') + 2)
    const { username, password } = new URL(path)
    if (start > 0 && !username && !password) return path.slice(start)
  }
  throw new AppError({
    code: 'CONNECT_REPLY_UNREADABLE',
    what: request.what,
    why: `An address in the answer leads away from ${origin}, so it was not followed: the access token would go with it.`,
    fix: 'Check whether a proxy between this machine and Microsoft rewrites answers; report this if there is none.',
  })
}

/**
 * Origin and path of a link that Microsoft gave to what it has stored.
 *
 * @throws AppError CONNECT_REPLY_UNREADABLE where it leads neither to the API at `origin` nor to the cloud's storage. The link
 * itself stays out of it.
 */
export function linkPlace({ url, what }: MicrosoftLink, { origin, storage }: LinkedPlaces): LinkPlace {
  const link = URL.parse(url)
  if (link && !link.username && !link.password) {
    const isStorage = link.protocol === 'https:' && !link.port && storage.some((end) => link.hostname.endsWith(end))
    if (isStorage || link.origin === origin) return { origin: link.origin, path: `${link.pathname}${link.search}` }
  }
  throw new AppError({
    code: 'CONNECT_REPLY_UNREADABLE',
    what,
    why: `The link in the answer leads to ${link?.host || 'no host'}, which is neither ${[origin, ...storage.map((end) => `*${end}`)].join(' nor ')}, so it was not followed.`,
    fix: 'Check whether a proxy between this machine and Microsoft rewrites answers; report this with the host if there is none.',
  })
}

interface LinkedPlaces {
  /** Of the API that gave the link. */
  origin: string
  storage: readonly string[]
}

interface LinkPlace {
  origin: string
  path: string
}

/** Links into storage: no limit of Microsoft's is known, and few are followed. */
export const LINKS: Scope = { name: 'links', places: 4 }

/**
 * Which limits a request counts against. Mail: four at a time per application and mailbox (10,000 in ten minutes are never
 * reached that way). Services with a limit of their own have it as a budget per tenant; the rest of an API is one scope.
 *
 * @see https://learn.microsoft.com/graph/throttling-limits
 */
export function scopeOf(api: MicrosoftApi, path: string): Scope {
  if (api === 'management-activity') return { name: api, places: 16 }
  if (api === 'cloud-apps') return CLOUD_APPS
  if (api === 'exchange-admin') return EXCHANGE_ADMIN
  if (api === 'defender-endpoint') return path.endsWith('/runliveresponse') ? LIVE_RESPONSE : DEFENDER
  if (api !== 'graph') return { name: api, places: 8 }
  // The parts of a batch are counted one by one; the batch itself is a request of no service.
  if (/^\/[^/]+\/\$batch$/.test(path)) return { name: 'graph batch', places: 48 }
  const [, mailbox] = /^\/[^/]+\/users\/([^/?]+)\/(?:messages|mailFolders|events|mailboxSettings)/i.exec(path) ?? []
  if (mailbox) return { name: `mailbox ${mailbox.toLowerCase()}`, places: 4 }
  const service = SERVICES.find(({ below }) => below.test(path))
  return service?.scope ?? { name: 'graph', places: 16 }
}

/** 30 requests a minute per tenant: https://learn.microsoft.com/defender-cloud-apps/api-introduction */
const CLOUD_APPS: Scope = { name: 'cloud apps', places: 2, budget: { amount: 30, seconds: 60 } }
/** Microsoft publishes no number; about one a second is what shipping clients keep to. */
const EXCHANGE_ADMIN: Scope = { name: 'exchange admin', places: 2, budget: { amount: 60, seconds: 60 } }
/** And 1,500 an hour, which its own refusals keep: https://learn.microsoft.com/defender-endpoint/api/machine */
const DEFENDER: Scope = { name: 'defender endpoint', places: 4, budget: { amount: 100, seconds: 60 } }
/** https://learn.microsoft.com/defender-endpoint/api/run-live-response */
const LIVE_RESPONSE: Scope = { name: 'live response', places: 2, budget: { amount: 10, seconds: 60 } }

const service = (below: RegExp, name: string, places: number, amount: number, seconds: number) => ({
  below,
  scope: { name, places, budget: { amount, seconds } } satisfies Scope,
})

const SERVICES = [
  service(/^\/[^/]+\/auditLogs\//i, 'audit logs', 4, 5, 10),
  service(/^\/[^/]+\/(identityProtection|identity\/conditionalAccess)\//i, 'identity protection', 1, 1, 1),
  service(/^\/[^/]+\/admin\/exchange\/tracing\//i, 'message trace', 4, 100, 300),
  service(/^\/[^/]+\/security\/(microsoft\.graph\.security\.)?runHuntingQuery$/i, 'hunting', 4, 45, 60),
  service(/^\/[^/]+\/security\//i, 'security', 4, 150, 60),
]
