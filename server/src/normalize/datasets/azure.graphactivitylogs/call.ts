import { stableId } from '#domain/ids.ts'
import type { LogRecord } from '#normalize/azure/log-record.ts'
import { setSource } from '#normalize/azure/source.ts'
import type { EventType } from '#normalize/ecs/categories.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { integerOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'
import { quote } from '#normalize/sentence.ts'
import type { Outcome } from '#normalize/steps/outcome.ts'
import { urlOf } from '#normalize/steps/url.ts'
import { parseUser } from '#normalize/steps/user.ts'
import { userAgentOf } from '#normalize/steps/user-agent.ts'

/** One call: by whom, on what, and what Graph answered. The status it answered with is what Microsoft says of its end. */
export const call: Step<LogRecord> = {
  name: 'call',
  run(record, event) {
    const { properties, envelope, mentioned, text } = record
    const request = textOf(properties.requestId) ?? textOf(properties.operationId)
    const method = textOf(properties.requestMethod)?.toUpperCase()
    const uri = textOf(properties.requestUri)
    const status = integerOf(properties.responseStatusCode ?? envelope.resultSignature)
    const bytes = integerOf(properties.responseSizeBytes)
    event.event.id = request === undefined ? stableId(text) : stableId('graph activity', request, text)
    event.event.action = textOf(envelope.operationName) ?? 'Microsoft Graph Activity'
    event.event.code = textOf(envelope.category) ?? 'MicrosoftGraphActivityLogs'
    event.event.provider = 'Microsoft Graph'
    event.event.outcome = outcomeOf(status)
    setMeaning(event, { category: ['api'], type: [TYPES.get(method ?? '') ?? 'info'] })
    setSource(record, event, properties.ipAddress)
    const agent = textOf(properties.userAgent)
    if (agent !== undefined) event.user_agent = userAgentOf(agent)
    if (uri !== undefined) event.url = urlOf(uri)
    event.http = {
      request: { ...(request !== undefined && { id: request }), ...(method !== undefined && { method }) },
      response: { ...(status !== undefined && { status_code: status }), ...(bytes !== undefined && { bytes }) },
    }
    const [user, principal, app] = [properties.userId, properties.servicePrincipalId, properties.appId].map(parseUser)
    // Where a person is behind the call, the application only carries it.
    const actor = user ?? principal ?? app
    if (actor !== undefined) event.user = actor
    mentioned.users.push(user?.id, principal?.id, app?.id)
    event.message = sentence(properties, actor?.id, user !== undefined, { method, uri, status })
  },
}

const TYPES: ReadonlyMap<string, EventType> = new Map([
  ['GET', 'access'],
  ['HEAD', 'access'],
  ['POST', 'change'],
  ['PUT', 'change'],
  ['PATCH', 'change'],
  ['DELETE', 'deletion'],
])

function outcomeOf(status: number | undefined): Outcome {
  if (status === undefined || status < 100) return 'unknown'
  return status < 400 ? 'success' : 'failure'
}

interface Said {
  method: string | undefined
  uri: string | undefined
  status: number | undefined
}

function sentence(
  { appId }: JsonObject,
  actor: string | undefined,
  isUser: boolean,
  { method, uri, status }: Said,
): string {
  const app = textOf(appId)
  const who = actor === undefined ? 'Someone' : isUser ? `User ${actor}` : `Application ${app ?? actor}`
  const through = isUser && app !== undefined ? ` through application ${app}` : ''
  const what = uri === undefined ? 'Microsoft Graph' : quote(uri)
  return `${who} called ${method === undefined ? '' : `${method} `}${what}${through}${status === undefined ? '' : `: answered ${status}`}.`
}
