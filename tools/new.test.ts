import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, sep } from 'node:path'

import { afterAll, describe, expect, it } from 'vitest'

import { findViolations } from './structure.ts'

const root = dirname(import.meta.dirname)
const copy = mkdtempSync(join(tmpdir(), 'cordon-new-'))
for (const part of [
  'api',
  'server',
  'emulator',
  'rules',
  'tools',
  'package.json',
  'layers.json',
  'tsconfig.base.json',
  'vitest.config.ts',
  '.oxfmtrc.json',
]) {
  cpSync(join(root, part), join(copy, part), {
    recursive: true,
    filter: (path) => !path.includes(`${sep}node_modules`),
  })
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
afterAll(() => rmSync(copy, { recursive: true, force: true }))

const node = (...args: string[]) =>
  spawnSync(process.execPath, args, {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}` },
  })

describe('npm run new', () => {
  it.each([
    ['feed', 'graph-secure-scores'],
    ['normalizer', 'azure.secure_scores'],
    ['action', 'move-message-to-clutter'],
    ['rule', 'mailbox_delegated'],
  ])('%s makes a unit that is listed, type-checks and keeps the rules of the tree', (kind, name) => {
    const made = node('tools/new.ts', kind, name)
    expect(made.stderr).toBe('')
    expect(made.stdout).toContain('Now:')
    expect(findViolations(copy)).toEqual([])
    expect(node('tools/new.ts', kind, name).stderr).toContain('exists already')
  })

  it('type-checks with all of them', () => {
    const check = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'server'], { cwd: copy, encoding: 'utf8' })
    expect(check.stdout).toBe('')
  })

  it('makes units whose suites pass', () => {
    const folders = [
      'collect/feeds/graph-secure-scores',
      'normalize/datasets/azure.secure_scores',
      'respond/actions/move-message-to-clutter',
      'detect/pack',
    ]
    // Of the action's suite, which takes a minute, the half that a skeleton could break.
    const names =
      'changes nothing while|does it|puts every message back|pack|recorded|laws|stores every|Mailbox delegated'
    const run = node(
      'node_modules/vitest/vitest.mjs',
      'run',
      '--project',
      'server',
      '-t',
      names,
      ...folders.map((folder) => `server/src/${folder}`),
    )
    expect(run.stdout).toMatch(/Test Files.*4 passed/)
    expect(run.status).toBe(0)
  })

  it.each([
    [['feed'], /npm run new feed/],
    [['thing', 'x'], /npm run new action/],
    [['action', 'Disable User'], /named like move-message-to-clutter/],
  ])('says what it takes instead of %s', (args, answer) => {
    const { stderr, status } = node('tools/new.ts', ...args)
    expect(stderr).toMatch(answer)
    expect(status).not.toBe(0)
  })
})
