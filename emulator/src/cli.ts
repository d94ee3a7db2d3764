import { Command, InvalidArgumentError, Option } from 'commander'

import { SCENARIOS, USUAL } from '#scenarios/index.ts'
import { ORGANIZATIONS } from '#world/world.ts'
import type { Strictness } from '#throttle/throttle.ts'
import type { OrganizationName } from '#world/world.ts'

import { startEmulator } from './index.ts'
import { StartError } from './state.ts'

/** The command `m365-emulator`. */

interface StartFlags {
  port: number
  proxyPort: number
  httpPort?: number
  seed?: number
  throttle?: Strictness
  latency?: number
  org?: OrganizationName
  tenants?: number
  scenario?: string[]
  epoch?: number
  freezeClock?: boolean
  data?: string
  quietLive?: boolean
  live: boolean
  json?: boolean
}

export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('m365-emulator').description('A Microsoft cloud with a company in it, on this machine.')
  program
    .command('start')
    .description('Start it, print where it is and how to log in, and stay until interrupted.')
    .option('--port <number>', 'port on 127.0.0.1; 0 picks a free one', wholeNumber(65_535), 0)
    .addOption(new Option('--host <address>', 'address to listen on').choices(['127.0.0.1']).default('127.0.0.1'))
    .option('--proxy-port <number>', 'port of the CONNECT proxy; 0 picks a free one', wholeNumber(65_535), 0)
    .option('--http-port <number>', 'a second port that speaks plain HTTP; 0 picks a free one', wholeNumber(65_535))
    .option('--seed <number>', 'which world to make (default: 42)', wholeNumber(Number.MAX_SAFE_INTEGER))
    .addOption(new Option('--org <size>', 'size of the company (default: small)').choices(Object.keys(ORGANIZATIONS)))
    .option('--tenants <number>', 'how many companies (default: 1)', wholeNumber(1000))
    .addOption(
      new Option('--scenario <id...>', `attacks in the history (default: ${USUAL.join(' ')})`).choices([
        ...SCENARIOS.map(({ id }) => id),
        'all',
        'none',
      ]),
    )
    .option('--epoch <time>', 'moment between history and live activity, ISO 8601 (default: now)', moment)
    .option(
      '--throttle <how>',
      'documented limits: real, off, or x10 for ten times as much (default: real)',
      strictness,
    )
    .option('--latency <ms>', 'how long Graph takes for each answer (default: 0)', wholeNumber(60_000))
    .option('--freeze-clock', 'the company stands still at the epoch until /_emu/clock moves it')
    .option('--data <folder>', 'keep certificates, secrets and changes here; without it nothing is kept')
    .option('--quiet-live', 'a tenth of the live activity')
    .option('--no-live', 'nothing new in the audit log after the epoch')
    .option('--json', 'print one JSON line')
    .action(start)
  await program.parseAsync(argv, { from: 'user' })
}

async function start(flags: StartFlags): Promise<void> {
  const live = flags.live ? (flags.quietLive ? 'quiet' : undefined) : 'off'
  const emulator = await startEmulator({
    port: flags.port,
    proxyPort: flags.proxyPort,
    ...(flags.httpPort === undefined ? {} : { httpPort: flags.httpPort }),
    ...(flags.throttle === undefined ? {} : { throttle: flags.throttle }),
    ...(flags.latency === undefined ? {} : { latencyMs: flags.latency }),
    ...(flags.seed === undefined ? {} : { seed: flags.seed }),
    ...(flags.org === undefined ? {} : { organization: flags.org }),
    ...(flags.tenants === undefined ? {} : { tenants: flags.tenants }),
    ...(flags.scenario === undefined ? {} : { scenarios: scenarioIds(flags.scenario) }),
    ...(flags.epoch === undefined ? {} : { epoch: flags.epoch }),
    ...(flags.freezeClock ? { frozen: true } : {}),
    ...(flags.data === undefined ? {} : { data: flags.data }),
    ...(live === undefined ? {} : { live }),
  }).catch((error: unknown) => {
    if (!(error instanceof StartError)) throw error
    console.error(`${error.what}\nWhy: ${error.why}\nFix: ${error.fix}`)
    process.exit(1)
  })
  const { url, httpUrl, proxyUrl, caFile, tenants } = emulator
  console.log(
    flags.json
      ? JSON.stringify({ ready: true, url, httpUrl, proxyUrl, caFile, tenants })
      : banner(url, caFile, tenants),
  )
  const stop = () => void emulator.stop().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

function banner(url: string, caFile: string, tenants: Awaited<ReturnType<typeof startEmulator>>['tenants']): string {
  const lines = [
    `An emulated Microsoft cloud is at ${url}`,
    'It is no part of Microsoft; everything in it is made up.',
    '',
  ]
  lines.push(`Trust      ${caFile}`)
  for (const tenant of tenants) {
    lines.push(`Tenant     ${tenant.name}, ${tenant.domain}, ${tenant.id}`)
    for (const app of tenant.applications)
      lines.push(
        `  ${app.name}`,
        `    client id   ${app.clientId}`,
        `    secret      ${app.secret}`,
        `    roles       ${app.roles.join(' ')}`,
      )
  }
  return [...lines, '', 'Stop with Ctrl+C.'].join('\n')
}

const wholeNumber = (most: number) => (text: string) => {
  if (!/^\d+$/.test(text) || Number(text) > most) throw new InvalidArgumentError(`Give a whole number up to ${most}.`)
  return Number(text)
}

/** `all` is every one, `none` no one. */
const scenarioIds = (named: readonly string[]): string[] =>
  SCENARIOS.map(({ id }) => id).filter((id) => named.includes('all') || named.includes(id))

function strictness(text: string): Strictness {
  if (text === 'real' || text === 'off') return text
  const times = Number(/^x(\d+(?:\.\d+)?)$/.exec(text)?.[1])
  if (!(times > 0)) throw new InvalidArgumentError('Give real, off, or a factor such as x10.')
  return times
}

function moment(text: string): number {
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new InvalidArgumentError('Give a moment such as 2026-11-20T08:00:00Z.')
  return time
}
