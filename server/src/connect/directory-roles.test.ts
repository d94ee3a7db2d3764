import { describe, expect, it } from 'vitest'

import { mayTouch } from './directory-roles.ts'

describe('an application that would touch an account', () => {
  it('may touch users without a role, with no role of its own', () => {
    expect(mayTouch('account', [], [])).toBe(true)
    expect(mayTouch('account', [], ['Directory Readers'])).toBe(false)
  })

  it('may touch holders of roles that stand below its own, and of all their roles', () => {
    const userAdministrator = ['User Administrator']
    expect(mayTouch('account', userAdministrator, ['Helpdesk Administrator', 'Reports Reader'])).toBe(true)
    expect(mayTouch('account', userAdministrator, ['Helpdesk Administrator', 'Security Reader'])).toBe(false)
    expect(mayTouch('account', userAdministrator, ['Authentication Administrator'])).toBe(false)
    expect(mayTouch('account', ['Authentication Administrator'], ['Authentication Administrator'])).toBe(true)
  })

  it('may touch anybody as Global or Privileged Authentication Administrator', () => {
    for (const role of ['Global Administrator', 'Privileged Authentication Administrator'])
      for (const what of ['account', 'password'] as const)
        expect(mayTouch(what, [role], ['Global Administrator', 'a role of the company’s own'])).toBe(true)
  })

  it('may set nobody’s password without a role, and as Helpdesk Administrator disables no administrator', () => {
    expect(mayTouch('password', [], [])).toBe(false)
    expect(mayTouch('password', ['Helpdesk Administrator'], ['Password Administrator'])).toBe(true)
    expect(mayTouch('account', ['Helpdesk Administrator'], ['Password Administrator'])).toBe(false)
  })
})
