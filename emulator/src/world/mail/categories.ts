import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'

import { byPerson } from './by-person.ts'

/** A category that a mailbox knows, with its color. */
export interface MasterCategory {
  id: string
  displayName: string
  color: string
}

const STANDARD = ['Red', 'Orange', 'Yellow', 'Green', 'Blue', 'Purple']
const PRESETS = ['preset0', 'preset1', 'preset3', 'preset4', 'preset7', 'preset8']

/** Ids `<person id>/<category id>`. */
export const masterCategories: Kind<MasterCategory> = {
  name: 'mail.category',
  born: byPerson(
    ({ id }) => id,
    (world, person) =>
      STANDARD.map((color, i) => ({
        id: random(world.seed, 'category', person.index, color).guid(),
        displayName: `${color} category`,
        color: PRESETS[i]!,
      })),
  ),
}
