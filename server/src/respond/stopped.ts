import { AppError } from '#domain/errors.ts'
import type { ActingStop } from '#domain/safeguards.ts'

/** @throws AppError ACTION_ACTING_STOPPED while somebody has stopped all acting. */
export function checkActing([stop]: readonly ActingStop[]): void {
  if (!stop) return
  const { tenantId, reason, stoppedBy, stoppedAt } = stop
  const where = tenantId === undefined ? 'in the whole installation' : 'in this tenant'
  throw new AppError({
    code: 'ACTION_ACTING_STOPPED',
    what: 'Nothing was changed.',
    why: `${stoppedBy} stopped all acting ${where} at ${stoppedAt}: ${reason}`,
    fix: `An administrator lets it go on on the Actions page, or with \`npx cordon actions resume${tenantId === undefined ? ' --everywhere' : ''}\`. Plans can be made meanwhile.`,
  })
}
