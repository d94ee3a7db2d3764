import { join } from 'node:path'

import type { Clock } from '#domain/clock.ts'
import { toAppError } from '#domain/errors.ts'
import { loadRules } from '#detect/load-rules.ts'

import { type Application, compose, OWN_RULES } from './compose.ts'
import type { Config } from './config.ts'
import { freeSpace, takeDataFolder } from './data-folder.ts'

/** One thing looked at. */
export interface Finding {
  /** `node`, `data folder`, `stores`, … */
  what: string
  verdict: 'ok' | 'warning' | 'failed'
  detail: string
  /** What to do; absent when ok. */
  fix?: string
}

const OLDEST_NODE = 24
const LITTLE_SPACE_BYTES = 2 * 2 ** 30

/** Looks at everything that Cordon needs, in the order in which it needs it. A running server is left alone. */
export async function* examine(config: Config, clock: Clock): AsyncGenerator<Finding> {
  yield examineNode(process.versions.node)
  const folder = attempt('data folder', () => {
    takeDataFolder(config.dataFolder).release()
    return examineSpace(config.dataFolder)
  })
  const inUse = folder.error?.code === 'APP_DATA_IN_USE'
  yield inUse
    ? { what: 'data folder', verdict: 'ok', detail: `${config.dataFolder} is in use by a running Cordon.` }
    : folder.finding
  yield await examineRules(config)
  if (folder.error) return
  yield* examineStores(config, clock)
}

function examineNode(version: string): Finding {
  const old = Number.parseInt(version, 10) < OLDEST_NODE
  if (!old) return { what: 'node', verdict: 'ok', detail: `Node ${version}` }
  const fix = `Install Node ${OLDEST_NODE} or newer, or run Cordon with \`npx cordon\`, which fetches one.`
  return { what: 'node', verdict: 'failed', detail: `Node ${version} is too old.`, fix }
}

function examineSpace(path: string): Finding {
  const free = freeSpace(path)
  const detail = `${path} can be written; ${Math.floor(free / 2 ** 20)} MB are free.`
  if (free >= LITTLE_SPACE_BYTES) return { what: 'data folder', verdict: 'ok', detail }
  return {
    what: 'data folder',
    verdict: 'warning',
    detail,
    fix: 'Free some space, or move the folder with CORDON_DATA.',
  }
}

async function examineRules({ dataFolder }: Config): Promise<Finding> {
  const { rules, problems } = await loadRules([OWN_RULES, join(dataFolder, 'rules')])
  const [first] = problems
  if (!first) return { what: 'rules', verdict: 'ok', detail: `${rules.length} rules are loaded.` }
  return {
    what: 'rules',
    verdict: 'warning',
    detail: `${problems.length} problems. The first: ${first.file}:${first.line} has ${first.found}; allowed is ${first.allowed}.`,
    fix: `Correct ${first.file}.`,
  }
}

async function* examineStores(config: Config, clock: Clock): AsyncGenerator<Finding> {
  let app: Application
  try {
    app = await compose(config, { clock, log: () => {} })
  } catch (error) {
    yield failed('stores', error)
    return
  }
  try {
    await app.ping()
    yield { what: 'stores', verdict: 'ok', detail: 'The record store and the event store answer.' }
    for (const { name, lastTest } of await app.connections.list()) yield examineConnection(name, lastTest?.status)
  } catch (error) {
    yield failed('stores', error)
  } finally {
    await app.close()
  }
}

function examineConnection(name: string, status: string | undefined): Finding {
  const what = `connection ${name}`
  if (status === 'ok') return { what, verdict: 'ok', detail: 'Its last test was ok.' }
  const detail = status === undefined ? 'It was never tested.' : `Its last test was ${status}.`
  return { what, verdict: 'warning', detail, fix: 'Test it on the Connections page, which says what is missing.' }
}

function attempt(what: string, look: () => Finding) {
  try {
    return { finding: look(), error: undefined }
  } catch (error) {
    return { finding: failed(what, error), error: toAppError(error, `Could not examine: ${what}.`) }
  }
}

function failed(what: string, error: unknown): Finding {
  const { why, fix, what: failure } = toAppError(error, `Could not examine: ${what}.`)
  return { what, verdict: 'failed', detail: `${failure} ${why}`, fix }
}
