import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TestProject } from 'vitest/node'

import { startCordon } from './product.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** A data folder of Cordon's as its first start leaves it, with the administrator and nothing else. */
    freshData: string
  }
}

/** Makes it once a run: a first start takes twice as long as one over what is there. */
export default async function makeFreshData(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-e2e-fresh-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const { stop } = await startCordon({ CORDON_DATA: folder })
    await stop()
  } catch (error) {
    remove()
    throw error
  }
  project.provide('freshData', folder)
  return remove
}
