import { DEPARTMENTS } from '#world/names.ts'
import { castOf as peopleOf, isCast } from '#scenarios/cast.ts'
import { once } from '#scenarios/once.ts'
import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'

const MINUTE = 60_000
/** How many accounts are tried. */
const ACCOUNTS = 40
/** Two passwords, each once for every account. */
const ROUNDS = 2

/** One try of one password for one account. */
export interface Attempt {
  person: Person
  at: number
  ip: string
  outcome: 'wrong' | 'locked' | 'right'
}

/** Who and what takes part, all drawn from the seed. */
export const castOf = once((world) => {
  const [victim, forgetful, oldPhone, ...others] = peopleOf(world, 'password-spray')
  const r = random(world.seed, 'password-spray')
  const accounts = new Map([victim!, ...others].map((person) => [person.index, person]))
  while (accounts.size < ACCOUNTS) {
    const person = world.directory.at(r.between(DEPARTMENTS.length, world.directory.users - 1))
    if (!isCast(world, person)) accounts.set(person.index, person)
  }
  const ips = [230, 231, 232].map((first) => `203.0.113.${first + 3 * r.between(0, 2)}`)
  return {
    /** Whose password is tried and right. */
    victim: victim!,
    /** Mistypes, and knows it. */
    forgetful: forgetful!,
    /** Has a telephone that still knows the old password. */
    oldPhone: oldPhone!,
    accounts: [...accounts.values()],
    ips,
    sessionId: r.guid(),
    /** Eighteen hours before the epoch; whole seconds. */
    start: world.epoch - 18 * 3_600_000 + r.between(0, 1800) * 1000,
  }
})

/** Every try, oldest first: six to nine minutes lie between two. */
export const attempts = once((world): readonly Attempt[] => {
  const { accounts, ips, victim, start } = castOf(world)
  const r = random(world.seed, 'password-spray', 'attempts')
  let at = start
  return Array.from({ length: ROUNDS }, (_, round) => {
    const order = accounts.toSorted((a, b) => rank(world.seed, round, a) - rank(world.seed, round, b))
    return order.map((person): Attempt => {
      at += r.between(360, 540) * 1000
      const isRight = round === ROUNDS - 1 && person.index === victim.index
      const isLocked = round > 0 && r.chance(0.15)
      return { person, at, ip: r.pick(ips), outcome: isRight ? 'right' : isLocked ? 'locked' : 'wrong' }
    })
  }).flat()
})

const rank = (seed: number, round: number, { index }: Person) => random(seed, 'password-spray', round, index).next()

/** When the right password was tried. */
export const successOf = once((world): Attempt => attempts(world).find(({ outcome }) => outcome === 'right')!)

/** When the victim's account is used to look around. */
export const LOOKS_AROUND = [22, 24, 27, 31, 38].map((minute) => minute * MINUTE)
