/** `npm test`: installs what is missing, the browser and the database included, and runs every test. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { ensureConsole, ensureInstalled, ensureNode, fail, root, runForeground } from './launch.mjs'

const node = ensureNode()
ensureInstalled(node)
ensureSystemPackages()
ensureConsole(node)
runForeground(
  node,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'tools', 'count-reporter.ts')}`,
    ...process.argv.slice(2),
  ],
  { cwd: root },
)

/** Chromium and PostgreSQL: from the system's packages where this user may install them, else says what to install. */
function ensureSystemPackages() {
  const missing = []
  if (!onPath('chromium') && !onPath('chromium-browser') && !onPath('google-chrome')) missing.push('chromium')
  if (!postgresInstalled()) missing.push('postgresql')
  if (missing.length === 0) return
  const apt = aptCommand()
  if (apt === undefined) {
    fail(
      `The tests need ${missing.join(' and ')}.`,
      'They are not installed, and this user may not install system packages.',
      `Install them with your system's package manager (Debian, Ubuntu: \`sudo apt-get install ${missing.join(' ')}\`) and run \`npm test\` again.`,
    )
  }
  process.stderr.write(`Installing ${missing.join(' and ')} from the system's packages\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync(apt[0], [...apt.slice(1), 'update', '-qq'], { stdio: 'ignore', env })
  const install = spawnSync(apt[0], [...apt.slice(1), 'install', '-y', '-qq', '--no-install-recommends', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  })
  if (install.status !== 0) {
    fail(
      `${missing.join(' and ')} could not be installed.`,
      `apt-get ended with exit code ${install.status}.`,
      `Install them by hand and run \`npm test\` again.`,
    )
  }
}

function aptCommand() {
  if (!onPath('apt-get')) return undefined
  if (process.getuid?.() === 0) return ['apt-get']
  return onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n', 'apt-get'] : undefined
}

function postgresInstalled() {
  if (onPath('initdb')) return true
  const versions = '/usr/lib/postgresql'
  return (
    existsSync(versions) &&
    readdirSync(versions).some((version) => existsSync(join(versions, version, 'bin', 'initdb')))
  )
}

function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)))
}
