/** What tests need from the system's packages. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { fail } from './launch.mjs'

/** Installs what is missing where this user may install system packages, else says what to install. */
export function ensureSystemPackages(missing) {
  if (missing.length === 0) return
  const apt = aptCommand()
  if (apt === undefined) {
    fail(
      `The tests need ${missing.join(' and ')}.`,
      'They are not installed, and this user may not install system packages.',
      `Install them with your system's package manager (Debian, Ubuntu: \`sudo apt-get install ${missing.join(' ')}\`) and run the tests again.`,
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
      'Install them by hand and run the tests again.',
    )
  }
}

export function onPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)))
}

function aptCommand() {
  if (!onPath('apt-get')) return undefined
  if (process.getuid?.() === 0) return ['apt-get']
  return onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n', 'apt-get'] : undefined
}
