/**
 * What Microsoft allows. A limit counts requests (for the directory: resource units) of one key in a span of time. Amounts
 * are the documented ones; where a service publishes none, it has none here.
 */
export interface Limit {
  name: string
  amount: number
  /** Length of the window in seconds. */
  seconds: number
}

const limit = (name: string, amount: number, seconds: number): Limit => ({ name, amount, seconds })

/** Graph as a whole, per application over all tenants. */
export const GLOBAL = limit('graph', 130_000, 10)

/** Mail, calendar, rules and mailbox settings, per application and mailbox. */
export const OUTLOOK = limit('outlook', 10_000, 600)
/** Bytes of requests that write to one mailbox, per application. */
export const OUTLOOK_UPLOAD = limit('outlook upload', 150 * 1024 * 1024, 300)
/** Requests under way at one mailbox, per application. */
export const OUTLOOK_CONCURRENCY = 4

/** Directory, in resource units per application and tenant; the amount goes by the number of users. */
export const directoryLimit = (users: number): Limit =>
  users < 50 ? DIRECTORY_S : users <= 500 ? DIRECTORY_M : DIRECTORY_L
const DIRECTORY_S = limit('directory', 3_500, 10)
const DIRECTORY_M = limit('directory', 5_000, 10)
const DIRECTORY_L = limit('directory', 8_000, 10)
/** Writes to the directory, per application and tenant. */
export const DIRECTORY_WRITES = limit('directory writes', 3_000, 150)

/** Sign-ins, directory audits and reports, per application and tenant. */
export const REPORTS = limit('reports', 5, 10)
/** Identity Protection and Conditional Access, per tenant. */
export const IDENTITY_PROTECTION = limit('identity protection', 1, 1)
/** Alerts, incidents and secure scores, per application and tenant. */
export const SECURITY = limit('security', 150, 60)
/** Hunting queries, per tenant. */
export const HUNTING = limit('hunting', 45, 60)
/** Message traces, per tenant. */
export const MESSAGE_TRACE = limit('message trace', 100, 300)
/** Presence, per application and tenant. */
export const PRESENCE = limit('presence', 1_500, 30)

/** Management Activity, per tenant. */
export const MANAGEMENT_ACTIVITY = limit('management activity', 2_000, 60)
/** Get-MessageTraceV2, per tenant. */
export const TRACE_CMDLET = limit('trace cmdlet', 100, 300)
/** Defender for Endpoint, per application and tenant. */
export const DEFENDER_MINUTE = limit('defender minute', 100, 60)
export const DEFENDER_HOUR = limit('defender hour', 1_500, 3_600)
/** Live response sessions that may be started, per tenant. */
export const LIVE_RESPONSE = limit('live response', 10, 60)
/** Defender for Cloud Apps, per tenant. */
export const CLOUD_APPS = limit('cloud apps', 30, 60)
/** Azure Resource Manager, per application and subscription: reads, and writes or deletes. */
export const AZURE_READS = limit('azure reads', 250, 10)
export const AZURE_WRITES = limit('azure writes', 200, 20)
