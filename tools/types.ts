/** Type-checks every workspace and this folder; prints each problem; exit code 1 when there is one. */
import { spawnSync } from 'node:child_process'

const FOLDERS = ['api', 'server', 'console', 'emulator', 'e2e', 'tools']

let failed = false
for (const folder of FOLDERS) {
  const check = spawnSync('tsc', ['-p', folder], { stdio: 'inherit' })
  if (check.status !== 0) failed = true
}
process.exit(failed ? 1 : 0)
