import { GraphError, badRequest, notImplemented } from '#services/graph/errors.ts'
import { defenderPlan } from '#world/security/plan.ts'
import { readJson } from '#services/graph/json.ts'
import type { Call, Route } from '#services/graph/route.ts'
import type { Reply } from '#http/exchange.ts'

import { KqlError } from './kql/errors.ts'
import { MailFlow, Unprepared } from './mail-flow.ts'
import { emailTables } from './email-tables.ts'
import { parseSpan } from './timespan.ts'
import { run } from './kql/query.ts'
import type { Answer, Limits } from './kql/query.ts'
import type { Window } from './email-tables.ts'

/** Advanced hunting: a query in KQL over the tables of mail of the last 30 days. */
export const huntingRoutes: readonly Route[] = [
  {
    method: 'POST',
    pattern: '/security/runHuntingQuery',
    roles: ['ThreatHunting.Read.All'],
    returns: 'microsoft.graph.security.huntingQueryResults',
    handle: runHuntingQuery,
  },
]

/** As documented: 100,000 rows, 50 MB, three minutes. */
const LIMITS: Limits = { rows: 100_000, size: 50 * 1024 * 1024, milliseconds: 180_000 }

const RETENTION = 30 * 86_400_000

async function runHuntingQuery(call: Call): Promise<Reply> {
  const { query, timespan } = readBody(call)
  const window = windowOf(timespan, call.tenant.now)
  const answer = await hunt(call, query, window)
  const context = `${call.root}/$metadata#microsoft.graph.security.huntingQueryResults`
  return { status: 200, body: { '@odata.context': context, ...answer } }
}

/** The two parameters, whose names are written in any case. */
function readBody(call: Call): { query: string; timespan: string | undefined } {
  const given = new Map(Object.entries(readJson(call.request)).map(([name, value]) => [name.toLowerCase(), value]))
  const [query, timespan] = [given.get('query'), given.get('timespan') ?? undefined]
  if (typeof query !== 'string') throw badRequest('Missing query.')
  if (timespan !== undefined && typeof timespan !== 'string') throw badSpan()
  return { query, timespan: timespan || undefined }
}

/** What can be hunted through: the last 30 days, or less where less is asked for. */
function windowOf(timespan: string | undefined, now: number): Window {
  const oldest = now - RETENTION
  if (timespan === undefined) return { from: oldest, to: now }
  const span = parseSpan(timespan, now)
  if (!span) throw badSpan()
  return { from: Math.max(span.from, oldest), to: Math.min(span.to, now) }
}

const badSpan = () =>
  badRequest('Invalid timespan. Use ISO 8601: a duration, start/end, start/duration or duration/end.')

async function hunt({ tenant }: Call, query: string, window: Window): Promise<Answer> {
  const flow = new MailFlow(tenant)
  // Who has not paid for Defender for Office 365 has no tables of mail.
  const isLicensed = tenant.objects(defenderPlan).find('plan')!.plan === 'P2'
  const tables = isLicensed ? emailTables(tenant, flow, window) : new Map()
  const work = () => run(query, tables, tenant.now, LIMITS)
  try {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof Unprepared)) throw error
      await flow.prepare()
      return work()
    }
  } catch (error) {
    throw error instanceof KqlError ? refusal(error) : error
  }
}

/** In the words of the service, which tells what to do about it after a full stop. */
function refusal({ fault, message }: KqlError): GraphError {
  switch (fault) {
    case 'syntax':
    case 'semantic':
      return badRequest(`${message}. Fix ${fault} errors in your query.`)
    case 'limit':
      return badRequest(message)
    case 'not built':
      return notImplemented(message)
  }
}
