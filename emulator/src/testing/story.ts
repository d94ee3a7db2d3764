import { isDeepStrictEqual } from 'node:util'

import { afterAll } from 'vitest'

import { startEmulator } from '#index.ts'

import { clientOf } from './client.ts'
import type { Answer, Ask, Client, Json } from './client.ts'

/** A scenario as the ground truth tells it, and what its records are where clients read them. */
export interface Story {
  truth: Json
  steps: readonly StoryStep[]
  objects: readonly { kind: string; id: string }[]
  /** Every record that the truth names, as its API gives it. @throws Error naming those that no API gives. */
  records: () => Promise<Map<string, StoryRecord>>
}

export interface StoryStep {
  at: string
  what: string
  attack: string | undefined
  records: readonly { surface: string; id: string }[]
}

export interface StoryRecord {
  surface: string
  json: Json
}

type Asker = (path: string, ask?: Ask) => Promise<Answer>

/** Where one record of a surface is read by its id; what is not here is read from the audit feed. */
const PATHS: Record<string, (id: string) => string> = {
  signIn: (id) => `/beta/auditLogs/signIns/${id}`,
  'signIn.nonInteractiveUser': (id) => `/beta/auditLogs/signIns/${id}`,
  'signIn.servicePrincipal': (id) => `/beta/auditLogs/signIns/${id}`,
  directoryAudit: (id) => `/v1.0/auditLogs/directoryAudits/${id}`,
  riskDetection: (id) => `/v1.0/identityProtection/riskDetections/${id}`,
  'security.alert': (id) => `/v1.0/security/alerts_v2/${id}`,
  'cloudApps.alert': (id) => `/api/v1/alerts/${id}/`,
}

/** What finds a record of a surface by hunting. */
const QUERIES: Record<string, (id: string) => string> = {
  'security.urlClick': (id) => `UrlClickEvents | where Timestamp > ago(1d) and ReportId == '${id}'`,
  'security.postDelivery': (id) =>
    `EmailPostDeliveryEvents | where ReportId endswith '-${Number.parseInt(id.slice(0, 8), 16)}'`,
  // Known by the message alone.
  'mail.outgoing': (id) =>
    `EmailEvents | where NetworkMessageId == '${id}' and DeliveryLocation == 'On-premises/external'`,
}

const GRAPH_ROLES = ['AuditLog.Read.All', 'IdentityRiskEvent.Read.All', 'SecurityAlert.Read.All'].concat([
  'Directory.Read.All',
  'ThreatHunting.Read.All',
])
const CLOUD_APPS = '05a65629-4c1b-48c1-a78b-804c4abdd4af'

/** A scenario on a stage of its own: nothing else happens, and the clock stands still. */
export interface Stage {
  client: Client
  story: Story
  truth: Json
  records: readonly StoryRecord[]
  /** The record with this id. */
  record(id: string): Json | undefined
  /** Records that a surface tells. */
  on(surface: string): Json[]
  /** Records of the audit log with this operation. */
  operations(name: string): Json[]
  /** Asks Graph as an application with the roles that {@link stageOf} was given. */
  ask: Asker
  /** Rows of a hunting query, which needs ThreatHunting.Read.All. */
  hunt(query: string): Promise<Json[]>
}

/** Puts the scenario with this id on stage until the tests of the file are over. */
export async function stageOf(id: string, roles: readonly string[] = []): Promise<Stage> {
  const emulator = await startEmulator({
    scenarios: [id],
    frozen: true,
    live: 'off',
    throttle: 'off',
    consistency: 'strong',
  })
  const client = clientOf(emulator)
  afterAll(async () => {
    client.close()
    await emulator.stop()
  })
  const story = await storyOf(client, id)
  const records = await story.records()
  const all = [...records.values()]
  const ask = await client.withRoles([...roles])
  return {
    client,
    story,
    truth: story.truth,
    records: all,
    record: (recordId) => records.get(recordId)?.json,
    on: (surface) => all.filter((each) => each.surface === surface).map(({ json }) => json),
    operations: (name) => all.map(({ json }) => json).filter((json) => String(json['Operation']) === name),
    ask,
    hunt: async (Query) => [
      ...(await ask('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query } })).json['results']!,
    ],
  }
}

/** Ids of sign-ins that Entra's log and the audit log do not both have, or not with the same facts. */
export function signInsInOneLog({ on }: Stage): string[] {
  const inFeed = on('Audit.AzureActiveDirectory').filter((each) => Number(each['RecordType']) === 15)
  const inEntra = [...on('signIn'), ...on('signIn.nonInteractiveUser')]
  const feed = new Map(
    inFeed.map((each) => [
      String(each['IntraSystemsId']),
      [each['InterSystemsId'], each['ActorIpAddress'], each['UserId'], String(each['ErrorNumber'])],
    ]),
  )
  const entra = new Map(
    inEntra.map((each) => [
      String(each['id']),
      [each['correlationId'], each['ipAddress'], each['userPrincipalName'], String(each['status']!['errorCode'])],
    ]),
  )
  return [...new Set([...feed.keys(), ...entra.keys()])].filter((id) => !isDeepStrictEqual(feed.get(id), entra.get(id)))
}

/** Runs cmdlets of Exchange as its administrator. */
export async function cmdletsOf(client: Client): Promise<(name: string, parameters?: object) => Promise<Answer>> {
  const exchange = 'https://outlook.office365.com'
  const ask = await client.withRoles(['Exchange.ManageAsApp'], exchange, [EXCHANGE_ADMINISTRATOR])
  return (CmdletName, Parameters = {}) =>
    ask(`/adminapi/beta/${client.tenant.id}/InvokeCommand`, {
      method: 'POST',
      body: { CmdletInput: { CmdletName, Parameters } },
    })
}

/** The template of the role. */
export const EXCHANGE_ADMINISTRATOR = '29232cdf-9323-42fd-ade2-1d097af3e4de'

/** The story with this id, of the first tenant. */
export async function storyOf(client: Client, id: string): Promise<Story> {
  const told = (await client.send('/_emu/ground-truth/scenarios')).json['scenarios']!
  const story = [...told].find((each) => String(each['id']) === id)!
  const steps = [...story['steps']!].map((step) => ({
    at: String(step['at']),
    what: String(step['what']),
    attack: step['attack'] === undefined ? undefined : String(step['attack']),
    records: refs(step['records']!).map(([surface, record]) => ({ surface, id: record })),
  }))
  const objects = [...story['steps']!].flatMap((step) =>
    [...step['objects']!].map((each) => ({ kind: String(each['kind']), id: String(each['id']) })),
  )
  return { truth: story['truth']!, steps, objects, records: () => read(client, steps) }
}

/** What the story is elsewhere: in both tenants of a large organization of another seed. */
export async function truthsElsewhere(id: string): Promise<Json[]> {
  const emulator = await startEmulator({
    scenarios: [id],
    frozen: true,
    live: 'off',
    throttle: 'off',
    seed: 7,
    organization: 'large',
    tenants: 2,
  })
  const client = clientOf(emulator)
  const told = await Promise.all(
    emulator.tenants.map((tenant) => client.send(`/_emu/ground-truth/scenarios?tenant=${tenant.id}`)),
  )
  client.close()
  await emulator.stop()
  return told.map(({ json }) => json['scenarios']![0]!['truth']!)
}

const refs = (records: Json): [string, string][] =>
  [...records].map((each) => [String(each['surface']), String(each['id'])])

async function read(client: Client, steps: readonly StoryStep[]): Promise<Map<string, StoryRecord>> {
  const graph = await client.withRoles(GRAPH_ROLES)
  const cloudApps = await client.withRoles(['Investigation.Read'], CLOUD_APPS)
  const named = steps.flatMap(({ records }) => records)
  const found = new Map<string, StoryRecord>()
  for (const surface of new Set(named.map((each) => each.surface))) {
    const wanted = named.filter((each) => each.surface === surface).map(({ id }) => id)
    const [one, query] = [PATHS[surface], QUERIES[surface]]
    const get = surface === 'cloudApps.alert' ? cloudApps : graph
    const given = one
      ? surface.startsWith('signIn')
        ? await signInsOf(graph, surface, steps)
        : await byId(get, wanted, one)
      : query
        ? await byHunting(graph, wanted, query)
        : await fromFeed(client, surface, steps)
    for (const [id, json] of given) if (wanted.includes(id)) found.set(id, { surface, json })
  }
  const missing = named.filter(({ id }) => !found.has(id)).map(({ surface, id }) => `${surface} ${id}`)
  if (missing.length > 0) throw new Error(`No API gives ${missing.join(', ')}`)
  return found
}

/** Sign-ins in the minutes of their steps: a look-up by id goes through a month. */
async function signInsOf(graph: Asker, surface: string, steps: readonly StoryStep[]): Promise<[string, Json][]> {
  const kind = surface.split('.')[1] ?? 'interactiveUser'
  const told = steps.flatMap(({ at, records }) =>
    records.filter((each) => each.surface === surface).map(({ id }) => ({ id, at: Date.parse(at) })),
  )
  const found = new Map<string, Json>()
  for (const minute of new Set(told.map(({ at }) => Math.floor(at / 60_000)))) {
    const [from, to] = [minute, minute + 1].map((each) => new Date(each * 60_000).toISOString())
    const filter = `createdDateTime ge ${from} and createdDateTime le ${to} and signInEventTypes/any(t: t eq '${kind}')`
    const { json } = await graph(`/beta/auditLogs/signIns?$top=999&$filter=${encodeURIComponent(filter)}`)
    for (const each of json['value']!) found.set(String(each['id']), each)
  }
  const elsewhere = told.filter(({ id }) => !found.has(id)).map(({ id }) => id)
  return [...found, ...(await byId(graph, elsewhere, PATHS[surface]!))]
}

async function byId(get: Asker, ids: readonly string[], path: (id: string) => string): Promise<[string, Json][]> {
  const answers = await Promise.all(ids.map(async (id) => ({ id, answer: await get(path(id)) })))
  return answers.filter(({ answer }) => answer.status === 200).map(({ id, answer }) => [id, answer.json])
}

async function byHunting(
  graph: Asker,
  ids: readonly string[],
  query: (id: string) => string,
): Promise<[string, Json][]> {
  const found: [string, Json][] = []
  for (const id of ids) {
    const { json } = await graph('/v1.0/security/runHuntingQuery', { method: 'POST', body: { Query: query(id) } })
    for (const row of json['results']!) found.push([id, row])
  }
  return found
}

/** Everything that the feed has of this type from the first step that it tells of until some time after the last. */
async function fromFeed(client: Client, contentType: string, steps: readonly StoryStep[]): Promise<[string, Json][]> {
  await client.activity(`${client.feed}/subscriptions/start?contentType=${contentType}`, { method: 'POST', body: '' })
  const telling = steps.filter(({ records }) => records.some(({ surface }) => surface === contentType))
  const times = telling.map(({ at }) => Date.parse(at))
  const wire = (time: number) => new Date(time).toISOString().slice(0, 19)
  const [first, last] = [Math.min(...times), Math.max(...times) + 2 * 3_600_000]
  const blobs: string[] = []
  let next: string | undefined =
    `${client.feed}/subscriptions/content?contentType=${contentType}&startTime=${wire(first)}&endTime=${wire(last)}`
  while (next) {
    const page: Answer = await client.activity(next)
    if (page.status !== 200) throw new Error(`The feed answers ${page.status}: ${page.body.toString()}`)
    blobs.push(...[...page.json].map((blob) => String(blob['contentUri'])))
    next = page.headers['nextpageuri']
  }
  const records = await Promise.all(blobs.map(async (uri) => [...(await client.activity(uri)).json]))
  return records.flat().map((record) => [String(record['Id']), record])
}
