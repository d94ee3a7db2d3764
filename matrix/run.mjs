/**
 * `npm test` in this folder: installs the clients, starts one emulator, and runs every client against it. The emulator is a
 * process of its own, and is started first because Node reads the authority to trust when a process begins.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { ensureInstalled, ensureNode, environment, fail, root } from '../bin/launch.mjs'
import { ensureSystemPackages } from '../bin/system-packages.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const node = ensureNode()
ensureInstalled(node)
ensureInstalled(node, here)
ensureSystemPackages(missingPackages())
const types = spawnSync('tsc', ['-p', here], { stdio: 'inherit', env: environment(node) })
if (types.status !== 0) process.exit(1)

const data = mkdtempSync(join(tmpdir(), 'client-matrix-'))
const command = [
  join(root, 'emulator', 'bin', 'm365-emulator.mjs'),
  'start',
  '--json',
  '--data',
  data,
  '--tenants',
  '2',
]
const emulator = spawn(node, command, { stdio: ['ignore', 'pipe', 'inherit'] })
const [ready] = await Promise.race([
  once(createInterface({ input: emulator.stdout }), 'line'),
  once(emulator, 'exit').then(() => ['']),
])
if (ready === '')
  fail('The emulator did not start.', 'See what it printed above.', 'Run `npx m365-emulator start` alone.')

const vitest = [
  join(here, 'node_modules', 'vitest', 'vitest.mjs'),
  'run',
  '--reporter=default',
  `--reporter=${join(root, 'tools', 'count-reporter.ts')}`,
  ...process.argv.slice(2),
]
const env = environment(node, { MATRIX_EMULATOR: ready, NODE_EXTRA_CA_CERTS: JSON.parse(ready).caFile })
const tests = spawn(node, vitest, { cwd: here, stdio: ['ignore', 'inherit', 'inherit'], env })
const [code] = await once(tests, 'exit')
emulator.kill('SIGTERM')
await once(emulator, 'exit')
rmSync(data, { recursive: true, force: true })
process.exit(code ?? 1)

/** Debian's builds of Microsoft's Python libraries. */
function missingPackages() {
  const imports = { 'python3-msal': 'msal', 'python3-azure': 'azure.eventhub', 'python3-websocket': 'websocket' }
  return Object.keys(imports).filter(
    (name) => spawnSync('/usr/bin/python3', ['-c', `import ${imports[name]}`], { stdio: 'ignore' }).status !== 0,
  )
}
