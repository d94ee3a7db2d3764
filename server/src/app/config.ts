import { resolve } from 'node:path'

import { z } from 'zod'

import { COLLECTED_FILE_BYTES, COLLECTED_FILE_DAYS } from '#domain/collected-file.ts'
import { AppError } from '#domain/errors.ts'
import { parseTenantId } from '#domain/ids.ts'
import { APPROVAL_FROM, PLAN_MS } from '#respond/approval.ts'

import type { Directory } from './sign-on.ts'

const HOUR_MS = 3_600_000
const MEGABYTE = 1024 * 1024

/**
 * The configuration of a server: environment variables, read once at start. Every setting has a default that is right for
 * one machine; `docs/reference/configuration.md` is generated from the descriptions.
 */
const Environment = z.object({
  CORDON_PORT: z.coerce
    .number('a port number, 0 to 65535 (0 takes any free port)')
    .int('a port number, 0 to 65535 (0 takes any free port)')
    .min(0, 'a port number, 0 to 65535 (0 takes any free port)')
    .max(65_535, 'a port number, 0 to 65535 (0 takes any free port)')
    .default(8420)
    .describe('Port of the console and the API.'),
  CORDON_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address to listen on. Anything but loopback belongs behind a proxy that speaks TLS.'),
  CORDON_DATA: z.string().default('.cordon').describe('Folder of the embedded stores, the key and own rules.'),
  CORDON_POSTGRES_URL: url('postgres', 'postgresql').describe('A PostgreSQL server; embedded when absent.'),
  CORDON_CLICKHOUSE_URL: url('http', 'https').describe('A ClickHouse server; embedded when absent.'),
  CORDON_KEY_FILE: z
    .string()
    .optional()
    .describe('File with the key that seals credentials; `<data>/cordon.key`, made at the first start, when absent.'),
  CORDON_KEY: z
    .string()
    .optional()
    .describe('That key itself, 32 bytes in base64, where it comes from a vault; then no file is read or made.'),
  CORDON_KEY_PREVIOUS: z
    .string()
    .optional()
    .describe('The key before `CORDON_KEY`, until `npx cordon keys rotate` has sealed everything anew.'),
  CORDON_CLOUD_FILE: z.string().optional().describe('JSON file that adds a cloud to those of Microsoft.'),
  CORDON_ADMIN_NAME: z
    .string()
    .max(200, 'a name of at most 200 characters')
    .default('admin')
    .describe('Name of the first administrator; used only at the first start.'),
  CORDON_ADMIN_PASSWORD: z
    .string()
    .min(8, 'at least 8 characters')
    .optional()
    .describe('Password of the first administrator; made up and printed once when absent.'),
  CORDON_URL: origin().describe(
    'Address under which people reach Cordon, such as `https://cordon.contoso.example`; single sign-on needs it.',
  ),
  CORDON_SIGN_ON_CLIENT_ID: z
    .guid('an application (client) ID')
    .optional()
    .describe(
      'Application (client) ID of the registration with which people sign in; single sign-on is off when absent.',
    ),
  CORDON_SIGN_ON_TENANTS: z
    .string()
    .transform(readDirectories)
    .optional()
    .describe(
      'Directory (tenant) IDs whose people may sign in, with commas between; `Contoso=<ID>` gives one a name for the sign-in page.',
    ),
  CORDON_SIGN_ON_SECRET: z.string().optional().describe('Client secret of that registration.'),
  CORDON_SIGN_ON_CERTIFICATE_FILE: z
    .string()
    .optional()
    .describe('Instead of a secret: PEM file with a certificate of that registration and its private key.'),
  CORDON_SIGN_ON_CLOUD: z
    .string()
    .default('worldwide')
    .describe('Cloud of those directories: `worldwide`, `gcc`, `gcc-high`, `dod`, `china` or that of the cloud file.'),
  CORDON_PASSWORDS: z
    .enum(['on', 'off'], 'on or off')
    .default('on')
    .describe('Whether people sign in with passwords of Cordon too; `off` needs single sign-on.'),
  CORDON_POLL_SECONDS: z.coerce
    .number('a number of seconds, 1 to 3600')
    .min(1, 'a number of seconds, 1 to 3600')
    .max(3600, 'a number of seconds, 1 to 3600')
    .default(60)
    .describe('How often each feed asks Microsoft for what is new.'),
  CORDON_APPROVAL_FROM: z.coerce
    .number('a number of targets, 1 or more')
    .int('a number of targets, 1 or more')
    .min(1, 'a number of targets, 1 or more')
    .default(APPROVAL_FROM)
    .describe('From so many targets on, somebody else than its planner must approve an action.'),
  CORDON_PLAN_HOURS: z.coerce
    .number('a number of hours, 1 to 720')
    .min(1, 'a number of hours, 1 to 720')
    .max(720, 'a number of hours, 1 to 720')
    .default(PLAN_MS / HOUR_MS)
    .describe('How long a planned action can be approved and carried out.'),
  CORDON_FILE_MB: z.coerce
    .number('a number of megabytes, 1 to 500')
    .int('a number of megabytes, 1 to 500')
    .min(1, 'a number of megabytes, 1 to 500')
    .max(500, 'a number of megabytes, 1 to 500')
    .default(COLLECTED_FILE_BYTES / MEGABYTE)
    .describe('How long a file may be that is collected from a device.'),
  CORDON_FILE_DAYS: z.coerce
    .number('a number of days, 1 to 3650')
    .int('a number of days, 1 to 3650')
    .min(1, 'a number of days, 1 to 3650')
    .max(3650, 'a number of days, 1 to 3650')
    .default(COLLECTED_FILE_DAYS)
    .describe('How long a collected file is kept.'),
})

const SECRET = new Set([
  'CORDON_KEY',
  'CORDON_KEY_PREVIOUS',
  'CORDON_ADMIN_PASSWORD',
  'CORDON_SIGN_ON_SECRET',
  'CORDON_POSTGRES_URL',
  'CORDON_CLICKHOUSE_URL',
])

/** The registration with which people sign in. */
export interface SignOnSettings {
  /** Origin under which people reach Cordon. */
  url: string
  clientId: string
  directories: readonly Directory[]
  cloud: string
  secret?: string
  /** Absolute; instead of a secret. */
  certificateFile?: string
}

export interface Config {
  port: number
  host: string
  /** Absolute. */
  dataFolder: string
  postgresUrl?: string
  clickhouseUrl?: string
  /** Absolute. */
  keyFile: string
  /** The key as text, instead of a file. */
  key?: { current: string; previous?: string }
  /** Absolute. */
  cloudFile?: string
  adminName: string
  adminPassword?: string
  /** Origin under which people reach Cordon. */
  url?: string
  /** Single sign-on, where it is set up. */
  signOn?: SignOnSettings
  /** Whether people sign in with passwords of Cordon. */
  passwords: 'on' | 'off'
  pollMs: number
  /** Targets from which an action needs approval. */
  approvalFrom: number
  /** How long a planned action is good. */
  planMs: number
  /** How long a file may be that is collected from a device. */
  fileMaxBytes: number
  /** How long a collected file is kept. */
  fileDays: number
}

/**
 * The configuration in `environment`; an empty variable counts as absent.
 *
 * @throws AppError CONFIG_VALUE_INVALID naming every variable that cannot be used, what was found and what is allowed.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = Environment.superRefine(checkSignOn).safeParse(given)
  if (!parsed.success) throw invalid(parsed.error, given)
  const value = parsed.data
  const dataFolder = resolve(value.CORDON_DATA)
  return {
    port: value.CORDON_PORT,
    host: value.CORDON_HOST,
    dataFolder,
    keyFile: resolve(value.CORDON_KEY_FILE ?? `${dataFolder}/cordon.key`),
    adminName: value.CORDON_ADMIN_NAME,
    passwords: value.CORDON_PASSWORDS,
    pollMs: value.CORDON_POLL_SECONDS * 1000,
    approvalFrom: value.CORDON_APPROVAL_FROM,
    planMs: value.CORDON_PLAN_HOURS * HOUR_MS,
    fileMaxBytes: value.CORDON_FILE_MB * MEGABYTE,
    fileDays: value.CORDON_FILE_DAYS,
    ...(value.CORDON_KEY && {
      key: {
        current: value.CORDON_KEY,
        ...(value.CORDON_KEY_PREVIOUS && { previous: value.CORDON_KEY_PREVIOUS }),
      },
    }),
    ...(value.CORDON_POSTGRES_URL && { postgresUrl: value.CORDON_POSTGRES_URL }),
    ...(value.CORDON_CLICKHOUSE_URL && { clickhouseUrl: value.CORDON_CLICKHOUSE_URL }),
    ...(value.CORDON_CLOUD_FILE && { cloudFile: resolve(value.CORDON_CLOUD_FILE) }),
    ...(value.CORDON_URL && { url: value.CORDON_URL }),
    ...(value.CORDON_SIGN_ON_CLIENT_ID && { signOn: signOnSettings(value, value.CORDON_SIGN_ON_CLIENT_ID) }),
    ...(value.CORDON_ADMIN_PASSWORD && { adminPassword: value.CORDON_ADMIN_PASSWORD }),
  }
}

/** Name, default and description of every setting, for the reference. */
export function describeConfig(): { name: string; default: string | undefined; description: string }[] {
  return Object.entries(Environment.shape).map(([name, schema]) => {
    const fallback = schema.safeParse(undefined)
    return {
      name,
      default: fallback.success && fallback.data !== undefined ? String(fallback.data) : undefined,
      description: schema.description ?? '',
    }
  })
}

function url(...protocols: string[]) {
  const allowed = `a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`
  return z
    .string()
    .refine((text) => protocols.includes(URL.parse(text)?.protocol.slice(0, -1) ?? ''), allowed)
    .optional()
}

/** Where people come from their browsers: what is sent over it must be safe, save on the machine itself. */
function origin() {
  const allowed = 'an https origin without a path, or http on this machine itself'
  return z
    .string()
    .refine((text) => {
      const { protocol, hostname, pathname, search, hash, username } = URL.parse(text) ?? {}
      const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname ?? ''))
      return isSafe && pathname === '/' && !search && !hash && !username
    }, allowed)
    .transform((text) => new URL(text).origin)
    .optional()
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

function readDirectories(text: string, context: z.RefinementCtx): Directory[] {
  return text.split(',').map((part) => {
    const [last = '', name] = part.split('=', 2).toReversed()
    const id = parseTenantId(last)
    if (id) return { id, name: name?.trim() || id }
    context.addIssue('directory (tenant) IDs with commas between, each with a name and = before it or without')
    return z.NEVER
  })
}

type Settings = z.output<typeof Environment>

/** What belongs to single sign-on is there as a whole or not at all. */
function checkSignOn(value: Settings, context: z.RefinementCtx): void {
  const complain = (name: keyof Settings, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message })
  if (value.CORDON_SIGN_ON_CLIENT_ID === undefined) {
    if (value.CORDON_PASSWORDS === 'off') complain('CORDON_PASSWORDS', 'on, as long as single sign-on is not set up')
    return
  }
  if (value.CORDON_URL === undefined) complain('CORDON_URL', 'the address under which people reach Cordon')
  if (value.CORDON_SIGN_ON_TENANTS === undefined)
    complain('CORDON_SIGN_ON_TENANTS', 'at least one directory (tenant) ID')
  if ((value.CORDON_SIGN_ON_SECRET === undefined) === (value.CORDON_SIGN_ON_CERTIFICATE_FILE === undefined))
    complain('CORDON_SIGN_ON_SECRET', 'a client secret, or none and CORDON_SIGN_ON_CERTIFICATE_FILE')
}

function signOnSettings(value: Settings, clientId: string): SignOnSettings {
  const { CORDON_SIGN_ON_SECRET: secret, CORDON_SIGN_ON_CERTIFICATE_FILE: file } = value
  return {
    url: value.CORDON_URL ?? '',
    clientId,
    directories: value.CORDON_SIGN_ON_TENANTS ?? [],
    cloud: value.CORDON_SIGN_ON_CLOUD,
    ...(secret !== undefined && { secret }),
    ...(file !== undefined && { certificateFile: resolve(file) }),
  }
}

function invalid(error: z.ZodError, given: Record<string, string | undefined>): AppError {
  const problems = error.issues.map((issue) => {
    const name = String(issue.path[0])
    const found = SECRET.has(name) ? 'a value not shown here' : JSON.stringify(given[name])
    return `${name} is ${found}; allowed is ${issue.message}.`
  })
  return new AppError({
    code: 'CONFIG_VALUE_INVALID',
    what: 'Cordon did not start.',
    why: [...new Set(problems)].join(' '),
    fix: `Correct or unset ${[...new Set(error.issues.map((issue) => String(issue.path[0])))].join(', ')} in the environment and start again.`,
  })
}
