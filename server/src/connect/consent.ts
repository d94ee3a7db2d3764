import { z } from 'zod'

import { isoTime, type Clock } from '#domain/clock.ts'
import { toAppError, type AppError } from '#domain/errors.ts'
import type { TenantId } from '#domain/ids.ts'
import type { ConnectionTest, MailboxVerdict, PermissionNeed, PermissionVerdict } from '#domain/tenant.ts'

import { RESOURCE_TITLES } from './clouds.ts'
import { ConnectionClosed } from './connection-closed.ts'
import { permissionFix } from './faults.ts'
import type { Microsoft, MicrosoftApi, MicrosoftRequest } from './microsoft.ts'

/** A permission and the feature that needs it: `collect`, `investigate`, `respond`. */
export interface FeatureNeed extends PermissionNeed {
  feature: string
}

/**
 * Finds out what a connection may do: asks for a fresh token per API and reads the roles consented, then makes a real call
 * where one is cheap. What cannot be found out is `unknown`, with the reason and what to do.
 *
 * Never throws for what Microsoft answers. The status is `ok` when all is granted, `failed` when nothing could be found out.
 *
 * @param options.mailboxes what was found out about mailboxes: mail may be reached by a role in Exchange Online, of which no token tells.
 */
export async function testConnection(options: {
  microsoft: Microsoft
  needs: readonly FeatureNeed[]
  clock: Clock
  mailboxes?: (graphRoles: readonly string[]) => Promise<MailboxVerdict[]>
}): Promise<ConsentTest> {
  const { microsoft, needs, clock } = options
  const roles = new Map<MicrosoftApi, Promise<Roles>>()
  const probed = new Map<string, Promise<AppError | undefined>>()
  const readOnce = (api: MicrosoftApi) => once(roles, api, () => readRoles(microsoft, api))

  const graph = options.mailboxes && (await readOnce('graph'))
  const mailboxes = graph && 'roles' in graph ? ((await options.mailboxes?.(graph.roles)) ?? []) : []
  const opened = mailboxes.find(({ expected, verdict }) => expected === 'reachable' && verdict === 'as-expected')

  const verdicts = await Promise.all(
    needs.map(async (need): Promise<PermissionVerdict> => {
      const api = apiOf(need.resource)
      if (!api)
        return { ...need, verdict: 'unknown', detail: `${need.resource} cannot be tested yet.`, fix: CHECK_BY_HAND }
      const granted = await readOnce(api)
      if ('error' in granted) return { ...need, ...unknownAfter(granted.error) }
      const probe = PROBES[need.permission]
      const fault = probe && (await once(probed, need.permission, () => tryProbe(microsoft, need, probe)))
      const judged = judge(need, granted.roles, probe !== undefined, fault)
      return { ...need, ...(judged.verdict === 'missing' && opened ? scoped(need, opened.address, judged) : judged) }
    }),
  )
  const held = await Promise.all([...roles].map(async ([api, found]) => [RESOURCE_TITLES[api], await found] as const))
  return {
    testedAt: isoTime(clock.now()),
    status: statusOf(verdicts),
    verdicts,
    mailboxes,
    roles: Object.fromEntries(held.flatMap(([title, found]) => ('roles' in found ? [[title, found.roles]] : []))),
  }
}

/** What a test of consent found out. */
export interface ConsentTest extends ConnectionTest {
  mailboxes: MailboxVerdict[]
  /** App roles that the tokens hold, by resource; one whose token could not be had is absent. */
  roles: Record<string, string[]>
}

type Roles = { roles: string[] } | { error: AppError }
type Judgement = Pick<PermissionVerdict, 'verdict' | 'microsoftCode' | 'detail' | 'fix'>
type Probe = (tenantId: TenantId) => Pick<MicrosoftRequest, 'api' | 'path'>

/** Calls that cost little and need exactly this permission. */
const PROBES: Record<string, Probe> = {
  'User.Read.All': () => ({ api: 'graph', path: '/v1.0/users?$top=1&$select=id' }),
  'ActivityFeed.Read': (tenantId) => ({
    api: 'management-activity',
    path: `/api/v1.0/${tenantId}/activity/feed/subscriptions/list`,
  }),
}

const CHECK_BY_HAND = 'Check it in https://entra.microsoft.com > App registrations > the application > API permissions.'

function statusOf(verdicts: readonly PermissionVerdict[]): ConnectionTest['status'] {
  if (verdicts.every(({ verdict }) => verdict === 'granted')) return 'ok'
  return verdicts.every(({ verdict }) => verdict === 'unknown') ? 'failed' : 'partial'
}

function judge(need: FeatureNeed, roles: string[], isProbed: boolean, fault: AppError | undefined): Judgement {
  const code = fault?.microsoft?.code
  const evidence = code ? { microsoftCode: code } : {}
  const role = roles.find((candidate) => includes(candidate, need.permission))
  if (role === undefined) {
    const holds = roles.length > 0 ? `holds ${roles.join(', ')}` : 'holds no permission at all'
    const detail = `The application's token for ${need.resource} ${holds}.`
    return { verdict: 'missing', ...evidence, detail, fix: permissionFix(need.permission, need.resource) }
  }
  if (!fault) {
    const tried = isProbed ? ', and a call that needs it was answered' : ''
    return { verdict: 'granted', detail: `The application's token holds ${role}${tried}.` }
  }
  if (fault.code === 'CONNECT_PERMISSION_MISSING') {
    const detail = `The token holds ${role}, but a call that needs it was refused: ${fault.why}`
    const fix = `If consent is minutes old, test again in a quarter of an hour; else: ${fault.fix}`
    return { verdict: 'missing', ...evidence, detail, fix }
  }
  return unknownAfter(fault)
}

/** Mail that opens without a role in the token is reached by one that Exchange Online gives. */
function scoped({ permission, resource }: FeatureNeed, address: string, missing: Judgement): Judgement {
  if (resource !== RESOURCE_TITLES.graph || !/^(Mail|MailboxSettings|Calendars)\./.test(permission)) return missing
  const detail = `The token does not hold it, yet ${address} was opened: a role in Exchange Online (RBAC for Applications) lets the application in`
  if (permission === 'Mail.Read') return { verdict: 'granted', detail: `${detail}.` }
  return {
    verdict: 'unknown',
    detail: `${detail}. Whether it holds "Application ${permission}" too, Microsoft tells no application.`,
    fix: 'In Exchange Online PowerShell: `Test-ServicePrincipalAuthorization -Identity <application ID> -Resource <mailbox>`.',
  }
}

/** The permission to write includes the one to read: `Mail.ReadWrite` does for `Mail.Read`. */
function includes(role: string, permission: string): boolean {
  const isWider = WIDER[permission]?.includes(role) ?? false
  return isWider || role === permission || role === permission.replace(/\.Read(?=\.|$)/, '.ReadWrite')
}

/** Permissions that let do what a narrow one does, as the page of each call lists them. */
const WIDER: Readonly<Record<string, readonly string[]>> = {
  'Application.ReadWrite.All': ['Directory.ReadWrite.All'],
  'DelegatedPermissionGrant.ReadWrite.All': ['Directory.ReadWrite.All'],
  'User.EnableDisableAccount.All': ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  'User.RevokeSessions.All': ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
}

/** The first of `needs` that no token of the application holds. @throws AppError CONNECT_* when no token is issued. */
export async function missingPermission(
  microsoft: Microsoft,
  needs: readonly PermissionNeed[],
): Promise<PermissionNeed | undefined> {
  const granted = new Map<MicrosoftApi, Promise<string[]>>()
  for (const need of needs) {
    const api = apiOf(need.resource)
    const roles = api && (await once(granted, api, () => microsoft.grantedRoles(api)))
    if (roles && !roles.some((role) => includes(role, need.permission))) return need
  }
  return undefined
}

function unknownAfter(error: AppError): Judgement {
  const { why, fix, microsoft } = error
  return { verdict: 'unknown', ...(microsoft && { microsoftCode: microsoft.code }), detail: why, fix }
}

async function readRoles(microsoft: Microsoft, api: MicrosoftApi): Promise<Roles> {
  try {
    return { roles: await microsoft.grantedRoles(api) }
  } catch (error) {
    // Nothing that Microsoft said: a test that was cut off must not pass for one that failed.
    if (error instanceof ConnectionClosed) throw error
    return { error: toAppError(error, 'Could not read the granted permissions.') }
  }
}

async function tryProbe(microsoft: Microsoft, need: FeatureNeed, probe: Probe): Promise<AppError | undefined> {
  const what = `Could not use ${need.permission} of ${need.resource}.`
  try {
    await microsoft.json({ ...probe(microsoft.tenantId), what, permission: need.permission }, z.unknown())
    return undefined
  } catch (error) {
    return toAppError(error, what)
  }
}

function apiOf(resource: string): MicrosoftApi | undefined {
  const found = Object.entries(RESOURCE_TITLES).find(([, title]) => title === resource)
  return found?.[0] as MicrosoftApi | undefined
}

/** Several needs share one answer. */
function once<Key, T>(answers: Map<Key, Promise<T>>, key: Key, ask: () => Promise<T>): Promise<T> {
  const answer = answers.get(key) ?? ask()
  answers.set(key, answer)
  return answer
}
