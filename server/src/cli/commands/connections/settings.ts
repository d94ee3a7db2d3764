import { readFileSync } from 'node:fs'

import type { Command } from 'commander'
import { z } from 'zod'

import { askSecret } from '#cli/prompt.ts'
import { AppError } from '#domain/errors.ts'

/** Options that say more about a connection than its application; the same where one is added and where one is changed. */
export const SettingOptions = z.object({
  feed: z.array(z.string()).optional(),
  set: z.array(z.string()).optional(),
  feedSecret: z.array(z.string()).optional(),
  organization: z.string().optional(),
  cloudApps: z.string().optional(),
  subscription: z.array(z.string()).optional(),
  testMailbox: z.string().optional(),
  outsideMailbox: z.string().optional(),
  domain: z.array(z.string()).optional(),
  breakGlass: z.array(z.string()).optional(),
  secretExpires: z.string().optional(),
  use: z.array(z.enum(['collect', 'investigate', 'respond'])).optional(),
  unchecked: z.boolean().optional(),
})
type SettingOptions = z.infer<typeof SettingOptions>

export function withSettings(command: Command): Command {
  return command
    .option('--feed <id...>', 'the feeds to collect; those of the audit log when a connection is added without')
    .option(
      '--set <feed:name=value...>',
      'a setting of a feed, as docs/reference/feeds.md has it; the value is JSON or text',
    )
    .option(
      '--feed-secret <feed...>',
      'feeds whose own secret is asked for, or read from CORDON_FEED_SECRET where it is one',
    )
    .option('--organization <domain>', 'what Exchange Online calls the organization: contoso.onmicrosoft.com')
    .option('--cloud-apps <url>', 'API URL of Defender for Cloud Apps')
    .option('--subscription <id...>', 'Azure subscriptions')
    .option('--test-mailbox <address>', 'a mailbox that the test opens')
    .option('--outside-mailbox <address>', 'a mailbox that the application must not reach')
    .option('--domain <domain...>', 'the only domains whose mailboxes may be touched')
    .option('--break-glass <user...>', 'users that no action may touch, by object id or user principal name')
    .option('--secret-expires <date>', 'when the client secret expires, such as 2027-05-01')
    .option('--use <what...>', 'what the application is for: collect, investigate, respond; everything when absent')
    .option('--unchecked', 'save feeds that Microsoft would refuse, too')
}

/** The settings as the API takes them; what was not said is absent. An empty text takes a setting away. */
export function settingsOf(options: SettingOptions) {
  const date = options.secretExpires
  const settings = {
    feedOptions: options.set && feedOptionsOf(options.set),
    organization: textOf(options.organization),
    cloudAppsUrl: textOf(options.cloudApps),
    subscriptionIds: options.subscription,
    testMailbox: textOf(options.testMailbox),
    outsideMailbox: textOf(options.outsideMailbox),
    authorizedDomains: options.domain,
    breakGlassUsers: options.breakGlass,
    secretExpiresAt: date === undefined || date === '' ? textOf(date) : dateOf(date),
    uses: options.use,
  }
  const said = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
  return Object.keys(said).length > 0 ? said : undefined
}

/** Secrets of feeds by feed id. */
export async function feedSecretsOf({ feedSecret }: SettingOptions): Promise<Record<string, string> | undefined> {
  if (!feedSecret) return undefined
  const given = feedSecret.length === 1 ? process.env['CORDON_FEED_SECRET'] : undefined
  const secrets: Record<string, string> = {}
  for (const feed of feedSecret) secrets[feed] = given ?? (await askSecret(`Secret of ${feed}: `))
  return secrets
}

/** A PEM file. @throws AppError CONNECT_CERTIFICATE_UNREADABLE. */
export function readPem(option: string, path: string | undefined): string {
  try {
    if (path === undefined)
      throw new Error(`${option} is missing; a certificate needs its key and a key its certificate.`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new AppError({
      code: 'CONNECT_CERTIFICATE_UNREADABLE',
      what: 'The connection was not saved.',
      why: (error as Error).message,
      fix: 'Give paths of PEM files that you may read; --certificate and --key both or neither.',
      cause: error,
    })
  }
}

/** `graph.alerts:severities=["high"]` by feed. @throws AppError REQUEST_INVALID. */
function feedOptionsOf(given: readonly string[]): Record<string, Record<string, unknown>> {
  const options: Record<string, Record<string, unknown>> = {}
  for (const text of given) {
    const [, feed, name, value] = /^([^:=]+):([^=]+)=(.*)$/s.exec(text) ?? []
    if (feed === undefined || name === undefined || value === undefined) {
      throw invalid(
        `--set ${text} is not <feed>:<name>=<value>.`,
        'For instance: --set graph.alerts:severities=\'["high"]\'.',
      )
    }
    ;(options[feed] ??= {})[name] = jsonOrText(value)
  }
  return options
}

function jsonOrText(value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function textOf(text: string | undefined): string | null | undefined {
  return text === '' ? null : text
}

function dateOf(text: string): string {
  const date = new Date(text)
  if (Number.isFinite(date.getTime())) return date.toISOString()
  throw invalid(`--secret-expires ${text} is no date.`, 'Write it as 2027-05-01.')
}

function invalid(why: string, fix: string): AppError {
  return new AppError({ code: 'REQUEST_INVALID', what: 'The connection was not saved.', why, fix })
}
