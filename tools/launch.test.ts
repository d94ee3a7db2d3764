import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

const root = dirname(import.meta.dirname)

/** A Node on the PATH that Cordon cannot run on; without one there is nothing to try here. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((node) => existsSync(node))
  .find((node) => {
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout
    return /^v2[0-3]\./.test(version)
  })

describe.skipIf(oldNode === undefined)('on a machine with an old Node (skipped where none is on the PATH)', () => {
  const copy = mkdtempSync(join(tmpdir(), 'cordon-launch-'))
  for (const part of ['bin', 'package.json', 'package-lock.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  afterAll(() => rmSync(copy, { recursive: true, force: true }))

  it('and no package registry, every command says what, why and how to fix it', () => {
    // Nothing listens on port 9 of this machine.
    const env = {
      ...process.env,
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(copy, 'cache'),
    }
    for (const command of ['start.mjs', 'test.mjs', 'cordon.mjs']) {
      const { status, stderr } = spawnSync(realpathSync(oldNode!), [join(copy, 'bin', command)], {
        cwd: copy,
        env,
        encoding: 'utf8',
      })
      expect(status).toBe(1)
      expect(stderr).toMatch(/Cordon needs Node 24 or later; this is v2\d/)
      expect(stderr).toMatch(/why: .*could not be fetched from the package registry: .*ECONNREFUSED/)
      expect(stderr).toMatch(/fix: Install Node 24 or later/)
    }
  })
})
