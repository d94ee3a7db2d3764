import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { takeDataFolder } from './data-folder.ts'

const fresh = () => mkdtempSync(join(tmpdir(), 'cordon-data-'))

test('a second process is refused while the first holds the folder, and served after kill -9', async () => {
  const folder = fresh()
  const script = `import { takeDataFolder } from ${JSON.stringify(join(import.meta.dirname, 'data-folder.ts'))}
    takeDataFolder(${JSON.stringify(folder)}); gc(); console.log('held'); setInterval(() => {}, 1000)`
  const holder = spawn(process.execPath, ['--expose-gc', '--input-type=module-typescript', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  expect(() => takeDataFolder(folder)).toThrow(expect.objectContaining({ code: 'APP_DATA_IN_USE' }))
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  takeDataFolder(folder).release()
})

test('releasing gives the folder back', () => {
  const folder = fresh()
  takeDataFolder(folder).release()
  expect(() => takeDataFolder(folder).release()).not.toThrow()
})

test('a path that is a file is refused with the reason', () => {
  const file = join(fresh(), 'file')
  writeFileSync(file, '')
  expect(() => takeDataFolder(file)).toThrow(
    expect.objectContaining({ code: 'APP_DATA_UNWRITABLE', why: expect.stringContaining('It is a file') }),
  )
})
