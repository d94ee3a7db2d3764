import { createHash } from 'node:crypto'

import type { ActionRun, ActionTarget } from '#domain/action-run.ts'

/** Of what a plan is to do to what: two plans with the same digest have the same effect on the same targets, and protect the same. */
export function digestOf(run: ActionRun, targets: readonly ActionTarget[]): string {
  const { tenantId, id, connectionId, action, targetKind, effect, options, reversible, shadow, createdBy } = run
  const { investigationId, needsApproval, expiresAt } = run
  const about = [tenantId, id, connectionId, investigationId, action, targetKind, effect, options ?? {}]
  const hash = createHash('sha256')
  hash.update(JSON.stringify([...about, reversible, shadow, needsApproval, expiresAt, createdBy]))
  for (const target of targets.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const { ref, objectId, name, address, lane, state, reason } = target
    hash.update(`\n${JSON.stringify([target.id, ref, objectId, name, address, lane, state, reason])}`)
  }
  return hash.digest('base64url')
}
