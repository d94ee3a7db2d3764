import { defineAction, type Action, type Count, type Target } from './action.ts'

/** What signs in, or may not: a user, an application. */
export interface Account<State extends { accountEnabled: boolean }, On extends Target> extends Pick<
  Action<State, On>,
  'on' | 'permissions' | 'sensitive' | 'state' | 'patience'
> {
  /** `account`, as "The account was disabled before" says. */
  noun: string
  /** "3 users". */
  countOf(count: Count): string
  read(target: On): Promise<State>
  /** Idempotent. */
  put(target: On, accountEnabled: boolean): Promise<void>
  proof(now: State): string
}

/**
 * An action that lets accounts sign in, or not, and takes that back. Idempotent: Microsoft accepts the same value again.
 *
 * @see https://learn.microsoft.com/graph/api/user-update
 * @see https://learn.microsoft.com/graph/api/serviceprincipal-update
 */
export function defineAccountSwitch<State extends { accountEnabled: boolean }, On extends Target>(
  words: Pick<Action, 'id' | 'title' | 'recoverability'>,
  { noun, countOf, read, put, proof, ...account }: Account<State, On>,
  accountEnabled: boolean,
): Action<State, On> {
  const [verb, done] = accountEnabled ? ['enable', 'enabled'] : ['disable', 'disabled']
  const judge = (now: State, wish: boolean) => ({
    is: now.accountEnabled === wish ? ('wanted' as const) : ('unchanged' as const),
    proof: proof(now),
  })
  return defineAction<State, On>({
    ...words,
    ...account,
    does: (count) => `${verb} ${countOf(count)}`,
    did: (count) => `${done} ${countOf(count)}`,
    read: (target) => read(target),
    settled: (now) =>
      now.accountEnabled === accountEnabled
        ? { state: 'already-done', proof: `The ${noun} was ${done} before Cordon acted.` }
        : undefined,
    execute: (target) => put(target, accountEnabled),
    verify: (_before, now) => judge(now, accountEnabled),
    revert: {
      execute: (target, before) => put(target, before.accountEnabled),
      verify: (before, now) => judge(now, before.accountEnabled),
    },
  })
}
