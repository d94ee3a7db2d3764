import { openApiTrial, type ApiTrial } from './api-trial.ts'

/** What actions of Defender for Endpoint are tried with, whatever they are on. */
export type DefenderStage = ApiTrial

/** `read` are the app roles that do no more than read. */
export function openDefenderStage(read: readonly string[], write: readonly string[]): Promise<DefenderStage> {
  return openApiTrial('defender-endpoint', { read, write })
}
