import { setAccountEnabled } from '#connect/apis/graph/users.ts'

import { defineAction, type Action } from './action.ts'
import { usersOf } from './count.ts'
import type { UserTarget } from './kinds/user.ts'
import {
  accountProof,
  DIRECTORY_PATIENCE,
  ENABLE_ACCOUNTS,
  READ_USERS,
  readUserState,
  UserState,
} from './user-state.ts'

/**
 * An action that lets users sign in, or not, and takes that back. Idempotent: Microsoft accepts the same value again.
 *
 * @see https://learn.microsoft.com/graph/api/user-update
 */
export function defineAccountSwitch(
  words: Pick<Action, 'id' | 'title' | 'recoverability'>,
  accountEnabled: boolean,
): Action<UserState, UserTarget> {
  const [verb, done] = accountEnabled ? ['enable', 'enabled'] : ['disable', 'disabled']
  const put = ({ microsoft, user, signal }: UserTarget, enabled: boolean) =>
    setAccountEnabled(microsoft, user, enabled, signal)
  const judge = (now: UserState, wish: boolean) => ({
    is: now.accountEnabled === wish ? ('wanted' as const) : ('unchanged' as const),
    proof: accountProof(now),
  })
  return defineAction<UserState, UserTarget>({
    ...words,
    on: 'user',
    permissions: [ENABLE_ACCOUNTS, READ_USERS],
    sensitive: true,
    does: (count) => `${verb} ${usersOf(count)}`,
    did: (count) => `${done} ${usersOf(count)}`,
    state: UserState,
    patience: DIRECTORY_PATIENCE,
    read: (target) => readUserState(target),
    settled: (now) =>
      now.accountEnabled === accountEnabled
        ? { state: 'already-done', proof: `The account was ${done} before Cordon acted.` }
        : undefined,
    execute: (target) => put(target, accountEnabled),
    verify: (_before, now) => judge(now, accountEnabled),
    revert: {
      execute: (target, before) => put(target, before.accountEnabled),
      verify: (before, now) => judge(now, before.accountEnabled),
    },
  })
}
