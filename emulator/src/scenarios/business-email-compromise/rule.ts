import { newRule } from '#scenarios/deeds.ts'
import type { World } from '#world/world.ts'

import { castOf } from './cast.ts'
import { HIDDEN } from './letters.ts'

/** Hard to see in a list, and easy to overlook. */
export const RULE = '..'

export const hidingRule = (world: World) => {
  const { victim, partner, invoice } = castOf(world)
  return newRule(world, victim, {
    displayName: RULE,
    conditions: { bodyOrSubjectContains: [invoice, partner.address.split('@')[1]!, 'bank'] },
    actions: { moveToFolder: HIDDEN, markAsRead: true, stopProcessingRules: true },
  })
}
