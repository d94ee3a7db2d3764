import { random } from '#world/random.ts'
import type { World } from '#world/world.ts'

/**
 * From when on Entra's own logs show something: mostly two to ten minutes later, one in twelve later than a quarter of an
 * hour, one in a hundred up to two hours. Who asks only for what is new since the last answer misses the late ones.
 */
export function publishedAt(world: World, id: string, at: number): number {
  const r = random(world.seed, 'published', id)
  const draw = r.next()
  if (draw < 0.01) return at + r.between(3_600, 7_200) * 1000
  if (draw < 0.08) return at + r.between(900, 2_400) * 1000
  return at + r.between(90, 600) * 1000
}
