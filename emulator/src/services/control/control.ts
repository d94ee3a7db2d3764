import { CONTENT_TYPES } from '#world/audit/content-types.ts'
import { HISTORY } from '#world/audit/schedule.ts'
import { Router } from '#http/router.ts'
import { readRules } from '#faults/rules.ts'
import { entraPlan } from '#world/entra/plan.ts'
import { largeContents } from '#world/audit/large-content.ts'
import { serviceAccounts } from '#world/exchange/service-accounts.ts'
import { machineFiles } from '#world/defender/files.ts'
import { loadSnapshot, readSnapshot, takeSnapshot } from '#snapshot.ts'
import { findHub } from '#services/event-hubs/hubs.ts'
import { findAccount, passwordOf } from '#services/login/account.ts'
import { tell } from '#scenarios/scenario.ts'
import type { Cloud, Tenant } from '#cloud.ts'
import type { ServiceAccount } from '#world/exchange/service-accounts.ts'
import type { Hub } from '#services/event-hubs/hubs.ts'
import type { Refusal, Reply, Request, Service } from '#http/exchange.ts'
import type { TokenKeys } from '#token-keys.ts'

import { ControlError, bad, readBody, spanOf, tenantOf } from './request.ts'
import type { Span } from './request.ts'
import { azureTruth, hubTruth } from './azure-truth.ts'
import { addApplication, changeApplication } from './applications.ts'
import { historyTruth } from './history-truth.ts'
import { everydayTruth, recordTruth } from './records-truth.ts'
import { directoryTruth, logTruth, riskTruth } from './truth.ts'

/**
 * The emulator's own doors below `/_emu`, which no cloud has: truth to compare with, faults, the clock, applications, the
 * journal. Unprotected; the emulator listens on 127.0.0.1 only.
 */

type Handler = (request: Request, params: Readonly<Record<string, string>>) => Reply | Promise<Reply>

export function controlService(cloud: Cloud, keys: TokenKeys): Service {
  const router = new Router<Handler>()
    .add('GET', '/_emu/health', () => ok({ status: 'ok', now: new Date(cloud.clock.now()).toISOString() }))
    .add('GET', '/_emu/ground-truth/audit', (request) => ok(auditTruth(tenantOf(cloud, request), spanOf(request))))
    .add('GET', '/_emu/ground-truth/logs/:log', (request, { log }) =>
      ok(logTruth(tenantOf(cloud, request), log!, spanOf(request))),
    )
    .add('GET', '/_emu/ground-truth/histories/:list', async (request, { list }) =>
      ok(await historyTruth(tenantOf(cloud, request), list!, spanOf(request))),
    )
    .add('GET', '/_emu/ground-truth/directory', (request) => ok(directoryTruth(tenantOf(cloud, request))))
    .add('GET', '/_emu/ground-truth/risk', (request) => ok(riskTruth(tenantOf(cloud, request), spanOf(request))))
    .add('GET', '/_emu/ground-truth/phish', (request) => ok(phishTruth(tenantOf(cloud, request))))
    .add('GET', '/_emu/ground-truth/machine-files', (request) =>
      ok({ files: [...tenantOf(cloud, request).objects(machineFiles).all()] }),
    )
    .add('GET', '/_emu/ground-truth/azure', (request) => ok(azureTruth(tenantOf(cloud, request), spanOf(request))))
    .add('GET', '/_emu/ground-truth/event-hubs', (request) =>
      ok(hubTruth(tenantOf(cloud, request), hubOf(request), spanOf(request))),
    )
    .add('GET', '/_emu/ground-truth/records', (request) => ok(recordTruth(tenantOf(cloud, request))))
    .add('GET', '/_emu/ground-truth/everyday', (request) =>
      ok(everydayTruth(tenantOf(cloud, request), spanOf(request))),
    )
    .add('GET', '/_emu/ground-truth/scenarios', (request) => ok(scenarioTruth(tenantOf(cloud, request))))
    .add('GET', '/_emu/faults', () => ok({ rules: cloud.faults.rules }))
    .add('POST', '/_emu/faults', (request) => addFaults(cloud, request))
    .add('DELETE', '/_emu/faults', () => {
      cloud.faults.clear()
      return { status: 204 }
    })
    .add('POST', '/_emu/clock', (request) => advance(cloud, request))
    .add('POST', '/_emu/applications', (request) => addApplication(tenantOf(cloud, request), request))
    .add('PATCH', '/_emu/applications/:clientId', (request, { clientId }) =>
      changeApplication(tenantOf(cloud, request), request, clientId!),
    )
    .add('GET', '/_emu/passwords', (request) => tellPassword(tenantOf(cloud, request), request))
    .add('POST', '/_emu/signing-keys', async () => ({ status: 201, body: { kid: await keys.rotate() } }))
    .add('POST', '/_emu/audit-content', (request) => addContent(tenantOf(cloud, request), request))
    .add('POST', '/_emu/audit-bodies', (request) => ok(makeBodies(tenantOf(cloud, request))))
    .add('POST', '/_emu/entra-plan', (request) => setPlan(tenantOf(cloud, request), request))
    .add('GET', '/_emu/service-accounts', (request) => ok({ accounts: accountsOf(tenantOf(cloud, request)) }))
    .add('POST', '/_emu/service-accounts', (request) => addServiceAccount(tenantOf(cloud, request), request))
    .add('GET', '/_emu/journal', (request) =>
      ok({
        entries: cloud.journal.last(
          Number(request.query.get('limit') ?? 100) || 0,
          request.query.get('timing') !== 'false',
        ),
      }),
    )
    .add('GET', '/_emu/snapshot', () => ok(takeSnapshot(cloud)))
    .add('PUT', '/_emu/snapshot', (request) => putSnapshot(cloud, request))
    .add('POST', '/_emu/reset', () => {
      cloud.reset()
      return { status: 204 }
    })
  return {
    name: 'control',
    // A snapshot holds every change.
    bodyLimit: 256 * 1024 * 1024,
    hosts: [],
    owns: ([first]) => first === '_emu',
    handle: async (request) => {
      try {
        const route = router.match(request.method, request.segments)
        if (!route)
          throw new ControlError(
            501,
            'NotImplemented',
            `m365-emulator does not implement ${request.method} ${request.path}.`,
          )
        return await route.handler(request, route.params)
      } catch (error) {
        if (error instanceof ControlError) return errorReply(error)
        throw error
      }
    },
    refuse: (_, refusal) => errorReply(refused(refusal)),
  }
}

const ok = (body: object): Reply => ({ status: 200, body })

const errorReply = ({ status, code, message }: ControlError): Reply => ({ status, body: { error: { code, message } } })

function refused(refusal: Refusal): ControlError {
  if (refusal.reason === 'malformed') return new ControlError(400, 'BadRequest', refusal.detail)
  if (refusal.reason === 'too large') return new ControlError(413, 'BodyTooLarge', 'The request body is too large.')
  return new ControlError(500, 'Failed', 'The emulator failed; its standard error says why.')
}

/** Makes all content that can be had by now ahead of being asked for it. */
function makeBodies({ world, audit, now }: Tenant) {
  for (const contentType of CONTENT_TYPES)
    audit.bodies.make(audit.blobs(contentType, world.epoch - HISTORY, now + 1, now))
  return audit.bodies.size
}

/** Every record that can be had by now and became available in the span, each id once. */
function auditTruth(tenant: Tenant, { from, to }: Span) {
  const { world, audit, now, subscriptions } = tenant
  return Object.fromEntries(
    CONTENT_TYPES.map((contentType) => {
      const blobs = audit
        .blobs(contentType, Math.max(from, world.epoch - HISTORY), Math.min(to, now + 1), now)
        .filter(({ createdAt }) => !subscriptions.lost(contentType, createdAt))
      return [contentType, { blobs: blobs.length, records: [...new Set(blobs.flatMap((blob) => blob.recordIds()))] }]
    }),
  )
}

/** The hub that `?hub=` names. @throws ControlError 404. */
function hubOf({ query }: Request): Hub {
  const name = query.get('hub') ?? ''
  const hub = findHub(name)
  if (!hub) throw new ControlError(404, 'HubNotFound', `There is no hub '${name}'.`)
  return hub
}

/** The campaign, and where its message lies now. */
function phishTruth(tenant: Tenant) {
  const phish = tenant.scenarios.find(({ id }) => id === 'phish-campaign')
  if (!phish) throw new ControlError(404, 'ScenarioNotFound', 'This cloud was made without the phish campaign.')
  const truth = phish.truth(tenant.world) as { internetMessageId: string; recipients: string[] }
  const recipients = truth.recipients.map((name) => {
    const mailbox = tenant.mailbox(tenant.world.directory.find(name)!)!
    const message = mailbox.messages.find(({ item }) => item.internetMessageId === truth.internetMessageId)!
    const folder = mailbox.folders.find(({ key }) => key === message.folder)!
    return {
      userId: mailbox.person.id,
      userPrincipalName: name,
      messageId: message.id,
      immutableId: message.immutableId,
      folder: folder.displayName,
      folderKey: folder.key,
      categories: message.categories,
    }
  })
  return { ...truth, recipients }
}

const scenarioTruth = (tenant: Tenant) => ({
  scenarios: tenant.scenarios.map((scenario) => ({
    id: scenario.id,
    title: scenario.title,
    attack: scenario.attack,
    rules: scenario.rules,
    truth: scenario.truth(tenant.world),
    steps: tell(scenario.steps(tenant.world)),
  })),
})

function addFaults(cloud: Cloud, request: Request): Reply {
  const rules = readRules(readBody(request))
  if ('problems' in rules) throw bad(rules.problems.join(' '))
  cloud.faults.add(rules)
  return ok({ rules: cloud.faults.rules })
}

function advance(cloud: Cloud, request: Request): Reply {
  const { advanceMs } = readBody(request)
  if (typeof advanceMs !== 'number' || !Number.isFinite(advanceMs) || advanceMs < 0)
    throw bad('`advanceMs` must be a number of milliseconds, not negative.')
  cloud.advance(Math.round(advanceMs))
  return ok({ now: new Date(cloud.clock.now()).toISOString() })
}

function putSnapshot(cloud: Cloud, request: Request): Reply {
  const snapshot = readSnapshot(readBody(request))
  if ('problem' in snapshot) throw bad(snapshot.problem)
  const other = loadSnapshot(cloud, snapshot)
  if (other) throw new ControlError(409, 'AnotherCloud', other.problem)
  return { status: 204 }
}

/** `{contentType, records, recordBytes}`: one blob of that size in the audit feed, from now on. */
function addContent(tenant: Tenant, request: Request): Reply {
  const { contentType: wanted, records, recordBytes = 1000 } = readBody(request)
  const contentType = CONTENT_TYPES.find((known) => known === wanted)
  const whole = (value: unknown, most: number): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most
  if (!contentType || !whole(records, 1_000_000) || !whole(recordBytes, 16_000_000))
    throw bad('`contentType` must be one of the feed, `records` 1 to 1,000,000, `recordBytes` 1 to 16,000,000.')
  if (records * recordBytes > MOST_CONTENT) throw bad(`A blob may hold ${MOST_CONTENT} bytes at most.`)
  const id = tenant.newId('content')
  tenant.objects(largeContents).put(id, { id, contentType, createdAt: tenant.now, records, recordBytes })
  return { status: 204 }
}

const MOST_CONTENT = 256 * 1024 * 1024

/** `{plan}`: which logs the tenant has paid for. */
function setPlan(tenant: Tenant, request: Request): Reply {
  const wanted = readBody(request)['plan']
  const plan = (['free', 'P1', 'P2'] as const).find((known) => known === wanted)
  if (!plan) throw bad('`plan` must be "free", "P1" or "P2".')
  return ok(tenant.objects(entraPlan).put('plan', { id: 'plan', plan }))
}

/** Accounts for EWS on the company's premises. */
const accountsOf = (tenant: Tenant) =>
  [...tenant.objects(serviceAccounts).all()].map((each) => shownAccount(tenant, each))

const shownAccount = ({ world }: Tenant, { name, password, mayImpersonate }: ServiceAccount) => ({
  user: `${name}@${world.domain}`,
  password,
  mayImpersonate,
  url: `https://mail.${world.domain}/EWS/Exchange.asmx`,
})

/** `{name, mayImpersonate?}` gives a new account with its password. */
function addServiceAccount(tenant: Tenant, request: Request): Reply {
  const { name, mayImpersonate = true } = readBody(request)
  if (typeof name !== 'string' || !/^[a-z][\w.-]{0,63}$/i.test(name) || typeof mayImpersonate !== 'boolean')
    throw bad('`name` must be a word, `mayImpersonate` true or false.')
  const account = { name: name.toLowerCase(), password: tenant.newId('service account'), mayImpersonate }
  return { status: 201, body: shownAccount(tenant, tenant.objects(serviceAccounts).put(account.name, account)) }
}

/** `?user=` by name or id: what they type at the sign-in page where passwords are on. */
function tellPassword(tenant: Tenant, request: Request): Reply {
  const account = findAccount(tenant, request.query.get('user') ?? '')
  if (!account) throw new ControlError(404, 'UserNotFound', 'There is no such user.')
  return ok({ userPrincipalName: account.userPrincipalName, password: passwordOf(tenant, account) })
}
