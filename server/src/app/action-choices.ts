import type { TargetKind } from '#domain/action-run.ts'
import type { PermissionNeed, RequirementNeed } from '#domain/tenant.ts'
import { settingsOf } from '#respond/action.ts'
import { ACTIONS } from '#respond/actions/index.ts'

/** An action as people choose it. */
export interface ActionChoice {
  id: string
  /** What it is on. */
  on: TargetKind
  title: string
  reversible: boolean
  recoverability: string
  permissions: PermissionNeed[]
  /** What the tenant must have besides. */
  requirements?: RequirementNeed[]
  /** JSON Schema of its settings; absent without any. */
  options?: Record<string, unknown>
  /** Clouds, by the name that a connection has, where it cannot be planned, and why. */
  notOfferedIn?: { clouds: string[]; why: string }
}

/** All that Cordon can do. */
export function listActionChoices(): ActionChoice[] {
  return ACTIONS.map((action) => {
    const { id, on, title, recoverability, permissions, requirements, revert, notOfferedIn } = action
    const options = settingsOf(action)
    return {
      id,
      on,
      title,
      recoverability,
      permissions: [...permissions],
      ...(requirements && { requirements: [...requirements] }),
      reversible: revert !== undefined,
      ...(options && { options }),
      ...(notOfferedIn && { notOfferedIn: { ...notOfferedIn, clouds: [...notOfferedIn.clouds] } }),
    }
  })
}
