import type { Onlooker } from '#connect/testing/api-stage.ts'

import { type ApplicationStage, openApplicationStage } from './application-stage.ts'

/** What actions of Defender for Endpoint are tried with, whatever they are on. */
export interface DefenderStage extends ApplicationStage {
  /** A client of its own with credentials of its own. */
  onlooker: Onlooker
}

/** Starts the emulator and an embedded store; a second or two. `read` are the app roles that do no more than read. */
export async function openDefenderStage(read: readonly string[], write: readonly string[]): Promise<DefenderStage> {
  const stage = await openApplicationStage('defender-endpoint', { read, write })
  return { ...stage, onlooker: stage.company.onlooker }
}
