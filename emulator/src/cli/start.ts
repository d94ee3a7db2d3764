import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'

import { SCENARIOS, USUAL } from '#scenarios/index.ts'
import { ORGANIZATIONS } from '#world/world.ts'
import { startEmulator } from '#index.ts'
import { readSnapshot } from '#snapshot.ts'
import type { Consistency } from '#cloud.ts'
import type { Emulator, EmulatorOptions } from '#index.ts'
import type { Organization } from '#world/world.ts'
import type { Snapshot } from '#snapshot.ts'
import type { Strictness } from '#throttle/throttle.ts'

import { factor, moment, option, organization, port, portOrOff, strictness, wholeNumber } from './option.ts'
import { StartError } from './start-error.ts'
import { noteRunning, refuseSecond } from './running.ts'

/** `m365-emulator start`. */

interface Flags {
  port?: number
  proxyPort?: number | 'off'
  httpPort?: number | 'off'
  amqpPort?: number
  amqpsPort?: number
  seed?: number
  throttle?: Strictness
  consistency?: Consistency
  latency?: number
  org?: Organization
  tenants?: number
  scenario?: readonly string[]
  epoch?: number
  freezeClock?: boolean
  passwords?: boolean
  data?: string
  snapshot?: string
  activity?: number
  quietLive?: boolean
  live: boolean
  json?: boolean
}

/** Gives the command its options and what it does. */
export function addStart(command: Command): void {
  command
    .addOption(option('--port <number>', 'port on 127.0.0.1; 0, the default, picks a free one', port))
    .addOption(option('--host <address>', 'address to listen on (default: 127.0.0.1)').choices(['127.0.0.1']))
    .addOption(
      option('--proxy-port <number>', 'port of the CONNECT proxy, or off; 0, the default, picks one', portOrOff),
    )
    .addOption(option('--http-port <number>', 'a second port that speaks plain HTTP, or off (default: off)', portOrOff))
    .addOption(option('--amqp-port <number>', 'port of Event Hubs, plain AMQP; 0, the default, picks one', port))
    .addOption(option('--amqps-port <number>', 'port of Event Hubs, AMQP over TLS; 0, the default, picks one', port))
    .addOption(option('--seed <number>', 'which world to make (default: 42)', wholeNumber(Number.MAX_SAFE_INTEGER)))
    .addOption(
      option(
        '--org <size>',
        `mailboxes: ${Object.keys(ORGANIZATIONS).join(', ')} or a number (default: small)`,
        organization,
      ),
    )
    .addOption(option('--tenants <number>', 'how many companies (default: 1)', wholeNumber(1000)))
    .addOption(
      option('--scenario <id...>', `attacks in the history, all or none (default: ${USUAL.join(' ')})`, scenarioIds),
    )
    .addOption(option('--epoch <time>', 'moment between history and live activity, ISO 8601 (default: now)', moment))
    .addOption(option('--throttle <how>', 'documented limits: real (the default), off, or ten times: x10', strictness))
    .addOption(
      option(
        '--consistency <how>',
        'whether directory reads hear of a write a moment later (the default) or at once',
      ).choices(['eventual', 'strong']),
    )
    .addOption(option('--latency <ms>', 'how long Graph takes for each answer (default: 0)', wholeNumber(60_000)))
    .addOption(option('--freeze-clock', 'the company stands still at the epoch until /_emu/clock moves it'))
    .addOption(option('--passwords', 'people need a password at the sign-in page; /_emu/passwords tells it'))
    .addOption(option('--data <folder>', 'keep certificates, secrets and changes here; without it nothing is kept'))
    .addOption(option('--snapshot <file>', 'begin with the state that `snapshot save` has written'))
    .addOption(
      option(
        '--activity <factor>',
        'so many times as many records in each piece of audit content (default: 1)',
        factor,
      ),
    )
    .addOption(option('--quiet-live', 'a tenth of the live activity'))
    .addOption(option('--no-live', 'nothing new in the audit log after the epoch'))
    .addOption(option('--json', 'print one JSON line'))
    .action(start)
}

async function start(flags: Flags): Promise<void> {
  if (flags.data !== undefined) await refuseSecond(resolve(flags.data))
  const emulator = await startEmulator(optionsOf(flags))
  const { stop: _, ...told } = emulator
  const forget = flags.data === undefined ? undefined : noteRunning(resolve(flags.data), told)
  const stop = () => {
    forget?.()
    void emulator.stop().then(() => process.exit(0))
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  // Whoever reads this may end us at once.
  console.log(flags.json ? JSON.stringify({ ready: true, ...told }) : banner(emulator, flags.data))
}

function optionsOf(flags: Flags): EmulatorOptions {
  const live = flags.live ? (flags.quietLive ? 'quiet' : undefined) : 'off'
  const { latency, org, httpPort, freezeClock, snapshot, scenario, quietLive: _, json: __, ...same } = flags
  const given = {
    ...same,
    live,
    httpPort: httpPort === 'off' ? undefined : httpPort,
    latencyMs: latency,
    organization: org,
    scenarios: scenario,
    frozen: freezeClock,
    snapshot: snapshot === undefined ? undefined : readFile(snapshot),
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** @throws StartError for a file that holds no snapshot. */
function readFile(file: string): Snapshot {
  const fix = 'Give a file that `m365-emulator snapshot save` has written.'
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new StartError(`The snapshot ${file} cannot be read.`, error instanceof Error ? error.message : '', fix)
  }
  const snapshot = readSnapshot(value)
  if ('problem' in snapshot) throw new StartError(`The snapshot ${file} cannot be read.`, snapshot.problem, fix)
  return snapshot
}

function banner({ url, httpUrl, proxyUrl, caFile, tenants }: Emulator, data: string | undefined): string {
  const lines = [
    `An emulated Microsoft cloud is at ${url}`,
    'It is no part of Microsoft; everything in it is made up.',
    '',
    ...(httpUrl === undefined ? [] : [`Plain HTTP ${httpUrl}`]),
    ...(proxyUrl === undefined ? [] : [`Proxy      ${proxyUrl}`]),
    `Trust      ${caFile}`,
  ]
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
  if (data !== undefined) lines.push('', `In another shell:  m365-emulator env --client graph --data ${data}`)
  return [...lines, '', 'Stop with Ctrl+C.'].join('\n')
}

/** Ids after each other or, as in the environment, in one text; `all` is every one, `none` no one. */
function scenarioIds(text: string, before: readonly string[] = []): readonly string[] {
  const known = SCENARIOS.map(({ id }) => id)
  const named = text.split(/[\s,]+/).filter(Boolean)
  const unknown = named.find((name) => ![...known, 'all', 'none'].includes(name))
  if (unknown !== undefined) throw new InvalidArgumentError(`Give some of ${known.join(', ')}; or all, or none.`)
  return known.filter((id) => before.includes(id) || named.includes(id) || named.includes('all'))
}
