/**
 * `npm test`: installs what is missing, the browser and the database included, and runs every test but the long ones, which are
 * `npm run test:long`.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { ensureConsole, ensureInstalled, ensureNode, root, runForeground } from './launch.mjs'
import { ensureSystemPackages, onPath } from './system-packages.mjs'

const asked = process.argv.slice(2)
const node = ensureNode()
ensureInstalled(node)
ensureSystemPackages(missingPackages())
ensureConsole(node)
runForeground(
  node,
  [
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'tools', 'count-reporter.ts')}`,
    ...(asked.some((argument) => argument.startsWith('--project')) ? [] : ['--project=!long']),
    ...asked,
  ],
  { cwd: root },
)

/** A browser for the end-to-end tests, a database server for the contract of the record store. */
function missingPackages() {
  const missing = []
  if (!onPath('chromium') && !onPath('chromium-browser') && !onPath('google-chrome')) missing.push('chromium')
  if (!postgresInstalled()) missing.push('postgresql')
  return missing
}

function postgresInstalled() {
  if (onPath('initdb')) return true
  const versions = '/usr/lib/postgresql'
  return (
    existsSync(versions) &&
    readdirSync(versions).some((version) => existsSync(join(versions, version, 'bin', 'initdb')))
  )
}
