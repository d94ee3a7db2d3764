import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A throwaway PostgreSQL for tests. It listens on a socket in its own folder, so that no two can meet. */
export interface TestPostgres {
  url: string
  version: string
  stop(): Promise<void>
}

/** Why {@link startPostgres} cannot work on this machine, for a skipped test's title; undefined when it can. */
export function postgresMissing(): string | undefined {
  return binaries() ? undefined : NOT_INSTALLED
}

const NOT_INSTALLED = 'no PostgreSQL is installed here (apt-get install postgresql)'

/**
 * Starts a PostgreSQL from the system's binaries in a temporary folder, without fsync. As root it runs as the user
 * `postgres`, since PostgreSQL refuses to run as root.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = binaries()
  if (folder === undefined) throw new Error(NOT_INSTALLED)
  const home = mkdtempSync(join(tmpdir(), 'cordon-postgres-'))
  const owner = process.getuid?.() === 0 ? systemUser('postgres') : undefined
  if (owner) chownSync(home, owner.uid, owner.gid)
  const data = join(home, 'data')
  const settings = { ...owner, cwd: home }
  execFileSync(join(folder, 'initdb'), ['-D', data, '-U', 'cordon', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...settings,
    stdio: 'pipe',
  })
  const server = spawn(
    join(folder, 'postgres'),
    ['-D', data, '-k', home, '-F', '-c', 'listen_addresses=', '-c', 'shared_buffers=32MB'],
    { ...settings, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  // A test that failed before its clean-up must not leave a server behind.
  const kill = () => server.kill('SIGQUIT')
  process.once('exit', kill)
  await ready(server.stderr)
  return {
    url: `postgres://cordon@${encodeURIComponent(home)}/postgres`,
    version: execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' }).trim(),
    async stop() {
      const gone = new Promise((resolve) => server.once('exit', resolve))
      kill()
      await gone
      process.off('exit', kill)
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Debian keeps the server's programs off the PATH, a folder a version; the newest wins. */
function binaries(): string | undefined {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

function systemUser(name: string): { uid: number; gid: number } {
  const id = (flag: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

/** Goes on reading afterwards too: the server stops when the pipe is full. */
function ready(log: NodeJS.ReadableStream): Promise<void> {
  let text = ''
  return new Promise((resolve, reject) => {
    log.on('data', (part) => {
      text += String(part)
      if (text.includes('ready to accept connections')) resolve()
    })
    log.on('end', () => reject(new Error(`PostgreSQL did not start:\n${text}`)))
  })
}
