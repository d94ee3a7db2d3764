import type { Session } from 'chdb'

/** Settings of ClickHouse, and parameters of a statement as `param_<name>`. */
export type Settings = readonly (readonly [name: string, value: string])[]

/**
 * Sessions of the embedded engine, each used by one statement at a time and kept for the next.
 *
 * They are kept because the engine books 2.2 MB for every one that is opened (measured: chDB 3.4.0, ClickHouse 26.7) and writes them off only
 * in a moment in which nothing runs. With a session per statement and no such moment, a few hundred statements came to the
 * engine's whole limit, and everything was refused as MEMORY_LIMIT_EXCEEDED while hardly any memory was used.
 */
export function createSessions(open: () => Session) {
  const free: Kept[] = []
  return {
    /** Does something in a session in which exactly these settings and parameters hold, all others being the default. */
    async use<T>(settings: Settings, work: (session: Session) => Promise<T>): Promise<T> {
      const kept = free.pop() ?? { session: open(), names: undefined }
      try {
        await prepare(kept, settings)
      } catch (error) {
        // What holds in it now is not known.
        kept.session.close()
        throw error
      }
      try {
        return await work(kept.session)
      } finally {
        free.push(kept)
      }
    },
  }
}

interface Kept {
  session: Session
  /** What was set in it; undefined where it is new. */
  names: ReadonlySet<string> | undefined
}

const OWN = [
  // A server takes parameters apart from the statement; here they are its text, which has a limit of 256 KB.
  'max_query_size = 1000000000',
  // By default a statement has a second thread only where a gigabyte is free for it, which here is never.
  'max_threads_min_free_memory_per_thread = 0',
]

async function prepare(kept: Kept, settings: Settings): Promise<void> {
  if (kept.names === undefined) await kept.session.queryAsync(`SET ${OWN.join(', ')}`)
  const names = new Set(settings.map(([name]) => name))
  const stale = [...(kept.names ?? [])].filter((name) => !names.has(name)).map(without)
  const changes = [...stale, ...settings.map(([name, value]) => assignment(name, value))]
  if (changes.length > 0) await kept.session.queryAsync(`SET ${changes.join(', ')}`)
  kept.names = names
}

/** A parameter cannot be taken back; an empty one reaches nothing of the tenant, or whatever else, it stood for before. */
function without(name: string): string {
  return name.startsWith('param_') ? `${name} = ''` : `${name} = DEFAULT`
}

function assignment(name: string, value: string): string {
  if (!/^\w+$/.test(name)) throw new Error(`Code: 115. \`${name}\` is not the name of a setting. (UNKNOWN_SETTING)`)
  return `${name} = ${quoted(value)}`
}

/** A text as ClickHouse's SQL writes it. */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
