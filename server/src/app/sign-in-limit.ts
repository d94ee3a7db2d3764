import type { Clock } from '#domain/clock.ts'
import { AppError } from '#domain/errors.ts'

/** What is counted, and how many failures go through. */
const PASSWORDS = { allowed: 5, whose: 'attempts with this name' }
const WINDOW_MS = 15 * 60_000
/** Above this many names and addresses the oldest are forgotten, so that an attacker cannot fill the memory. */
const KEYS_KEPT = 10_000

/** Slows guessing down: with passwords, five failures per name and address in fifteen minutes. */
export interface SignInLimit {
  /** @throws AppError AUTH_RATE_LIMITED with the time to wait. */
  check(name: string, address: string): void
  failed(name: string, address: string): void
  succeeded(name: string, address: string): void
}

export function createSignInLimit(clock: Clock, { allowed, whose } = PASSWORDS): SignInLimit {
  const failures = new Map<string, number[]>()
  const keyOf = (name: string, address: string) => `${name.toLowerCase()} ${address}`
  const recent = (key: string) => (failures.get(key) ?? []).filter((time) => time > clock.now() - WINDOW_MS)
  return {
    check(name, address) {
      const times = recent(keyOf(name, address))
      if (times.length < allowed) return
      const afterMs = times[0]! + WINDOW_MS - clock.now()
      throw new AppError({
        code: 'AUTH_RATE_LIMITED',
        what: 'Could not sign in.',
        why: `${allowed} ${whose} failed from this address within 15 minutes.`,
        fix: `Wait ${Math.ceil(afterMs / 60_000)} minutes, or sign in from another address.`,
        retry: { afterMs },
      })
    },
    failed(name, address) {
      const key = keyOf(name, address)
      const times = [...recent(key), clock.now()]
      failures.delete(key)
      failures.set(key, times)
      if (failures.size > KEYS_KEPT) failures.delete(failures.keys().next().value!)
    },
    succeeded(name, address) {
      failures.delete(keyOf(name, address))
    },
  }
}
