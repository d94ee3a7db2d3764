import { expect, it } from 'vitest'

import { whyUnauthorized } from './authorized.ts'

it('authorizes mailboxes of the domains that are named, whatever their case, and no look-alikes', () => {
  const settings = { authorizedDomains: ['Contoso.example', 'fabrikam.example'] }
  for (const address of ['ana@contoso.example', 'ANA@FABRIKAM.EXAMPLE']) {
    expect(whyUnauthorized(address, settings)).toBeUndefined()
  }
  for (const address of ['ana@mail.contoso.example', 'ana@notcontoso.example', 'contoso.example@evil.example', 'ana']) {
    expect(whyUnauthorized(address, settings)).toContain('Contoso.example, fabrikam.example')
  }
  expect(whyUnauthorized('ana@anywhere.example')).toBeUndefined()
})
