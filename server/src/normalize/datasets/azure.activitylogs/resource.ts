import type { LogRecord } from '#normalize/azure/log-record.ts'
import { textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import type { Step } from '#normalize/normalizer.ts'

/** What it was done to: the parts of the resource's id, and the whole record under `azure.activitylogs`. */
export const resource: Step<LogRecord> = {
  name: 'resource',
  run({ envelope }, event) {
    const id = textOf(envelope.resourceId)
    const parts = partsOf(id ?? '')
    const subscription = (parts.subscription ?? textOf(envelope.subscriptionId))?.toLowerCase()
    const provider = parts.provider ?? textOf(envelope.resourceProviderName)
    const correlation = textOf(envelope.correlationId)?.toLowerCase()
    const tenant = textOf(envelope.tenantId)?.toLowerCase()
    event.azure = {
      ...(correlation !== undefined && { correlation_id: correlation }),
      ...(subscription !== undefined && { subscription_id: subscription }),
      ...(id !== undefined && { resource: known({ id, provider, group: parts.group, name: parts.name }) }),
      activitylogs: envelope,
    }
    event.cloud = { provider: 'azure', ...(subscription !== undefined && { account: { id: subscription } }) }
    if (provider !== undefined) event.event.provider = provider
    if (tenant !== undefined) event.organization = { id: tenant }
  },
}

/** The name of the resource for people: the last part of its id. */
export function resourceName(resourceId: unknown): string | undefined {
  const id = textOf(resourceId)
  return id === undefined ? undefined : (partsOf(id).name ?? id)
}

interface ResourceParts {
  subscription?: string | undefined
  group?: string | undefined
  provider?: string | undefined
  name?: string | undefined
}

/** `/subscriptions/<id>/resourceGroups/<group>/providers/<provider>/<type>/<name>`, in any case. */
function partsOf(id: string): ResourceParts {
  const segments = id.split('/')
  const after = (word: string) => segments[segments.findIndex((segment) => segment.toLowerCase() === word) + 1]
  const holds = (word: string) => segments.some((segment) => segment.toLowerCase() === word)
  return {
    subscription: holds('subscriptions') ? after('subscriptions') : undefined,
    group: holds('resourcegroups') ? after('resourcegroups') : undefined,
    provider: holds('providers') ? after('providers') : undefined,
    name: segments.length > 2 ? segments.at(-1) : undefined,
  }
}

function known(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
