import { setPassword } from '#connect/apis/graph/users.ts'
import { createPassword, sealSecret } from '#domain/sealed-secret.ts'
import { defineAction } from '#respond/action.ts'
import { usersOf } from '#respond/count.ts'
import type { UserTarget } from '#respond/kinds/user.ts'
import {
  checkPasswordRole,
  PASSWORD_ROLE,
  PasswordOptions,
  passwordReset,
  PasswordState,
  readPasswordState,
  RESET_PASSWORDS,
  settledPassword,
} from '#respond/password-state.ts'
import { DIRECTORY_PATIENCE, READ_USERS } from '#respond/user-state.ts'

/**
 * Gives a user a new password, which the user has to change at the next sign-in. It is made here, sealed to the key of whoever
 * asked for it, and forgotten: docs/adr/0021.
 *
 * @see https://learn.microsoft.com/graph/api/user-update#example-3-update-the-passwordprofile-of-a-user-and-reset-their-password
 */
export const resetPassword = defineAction<PasswordState, UserTarget>({
  id: 'reset-password',
  on: 'user',
  title: 'Reset password of user',
  recoverability:
    'The old password is worth nothing from then on, and Cordon cannot put it back. Only who planned the reset can read the new one, ' +
    'and the user has to change it at the next sign-in. Sessions that are open may go on: end them as well. Not for guests, nor for ' +
    'users mastered on premises.',
  permissions: [RESET_PASSWORDS, READ_USERS],
  requirements: [PASSWORD_ROLE],
  check: checkPasswordRole,
  sensitive: true,
  options: PasswordOptions,
  does: (count) => `give ${usersOf(count)} a new password`,
  did: (count) => `gave ${usersOf(count)} a new password`,
  state: PasswordState,
  patience: DIRECTORY_PATIENCE,
  read: readPasswordState,
  settled: settledPassword,

  async execute({ microsoft, user, options, signal }) {
    const { sealTo } = PasswordOptions.parse(options)
    const password = createPassword()
    await setPassword(microsoft, user, password, signal)
    return { sealedPassword: sealSecret(sealTo, password) }
  },
  verify: passwordReset,
})
