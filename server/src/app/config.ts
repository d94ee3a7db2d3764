import { resolve } from 'node:path'

import { z } from 'zod'

import { AppError } from '#domain/errors.ts'
import { APPROVAL_FROM, PLAN_MS } from '#respond/approval.ts'

const HOUR_MS = 3_600_000

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
})

const SECRET = new Set([
  'CORDON_KEY',
  'CORDON_KEY_PREVIOUS',
  'CORDON_ADMIN_PASSWORD',
  'CORDON_POSTGRES_URL',
  'CORDON_CLICKHOUSE_URL',
])

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
  pollMs: number
  /** Targets from which an action needs approval. */
  approvalFrom: number
  /** How long a planned action is good. */
  planMs: number
}

/**
 * The configuration in `environment`; an empty variable counts as absent.
 *
 * @throws AppError CONFIG_VALUE_INVALID naming every variable that cannot be used, what was found and what is allowed.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success) throw invalid(parsed.error, given)
  const value = parsed.data
  const dataFolder = resolve(value.CORDON_DATA)
  return {
    port: value.CORDON_PORT,
    host: value.CORDON_HOST,
    dataFolder,
    keyFile: resolve(value.CORDON_KEY_FILE ?? `${dataFolder}/cordon.key`),
    adminName: value.CORDON_ADMIN_NAME,
    pollMs: value.CORDON_POLL_SECONDS * 1000,
    approvalFrom: value.CORDON_APPROVAL_FROM,
    planMs: value.CORDON_PLAN_HOURS * HOUR_MS,
    ...(value.CORDON_KEY && {
      key: {
        current: value.CORDON_KEY,
        ...(value.CORDON_KEY_PREVIOUS && { previous: value.CORDON_KEY_PREVIOUS }),
      },
    }),
    ...(value.CORDON_POSTGRES_URL && { postgresUrl: value.CORDON_POSTGRES_URL }),
    ...(value.CORDON_CLICKHOUSE_URL && { clickhouseUrl: value.CORDON_CLICKHOUSE_URL }),
    ...(value.CORDON_CLOUD_FILE && { cloudFile: resolve(value.CORDON_CLOUD_FILE) }),
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
