import { describe, expect, it } from 'vitest'

import { mayTouch } from './directory-roles.ts'

describe('an application that would touch an account', () => {
  it('may touch users without a role, with no role of its own', () => {
    expect(mayTouch([], [])).toBe(true)
    expect(mayTouch([], ['Directory Readers'])).toBe(false)
  })

  it('may touch holders of roles that stand below its own, and of all their roles', () => {
    const userAdministrator = ['User Administrator']
    expect(mayTouch(userAdministrator, ['Helpdesk Administrator', 'Reports Reader'])).toBe(true)
    expect(mayTouch(userAdministrator, ['Helpdesk Administrator', 'Security Reader'])).toBe(false)
    expect(mayTouch(userAdministrator, ['Authentication Administrator'])).toBe(false)
    expect(mayTouch(['Authentication Administrator'], ['Authentication Administrator'])).toBe(true)
  })

  it('may touch anybody as Global or Privileged Authentication Administrator', () => {
    for (const role of ['Global Administrator', 'Privileged Authentication Administrator'])
      expect(mayTouch([role], ['Global Administrator', 'a role of the company’s own'])).toBe(true)
  })

  it('may touch no administrator by a role that is not for accounts', () => {
    expect(mayTouch(['Helpdesk Administrator', 'Exchange Administrator'], ['Reports Reader'])).toBe(false)
  })
})
