import { expect, it } from 'vitest'

import { ownDomainOf } from './own-domain.ts'

const OWN = ['Contoso.example', 'corp.invalid']

it.each(['contoso.example', 'CONTOSO.example', 'mail.contoso.example', '*.contoso.example', '*.example'])(
  '%s belongs to a domain of the company',
  (host) => expect(ownDomainOf(host, OWN)).toBe('Contoso.example'),
)

it.each(['notcontoso.example', 'contoso.example.bad', 'example', '*.bad.example', '*.ample', ''])(
  '%s belongs to somebody else',
  (host) => expect(ownDomainOf(host, OWN)).toBeUndefined(),
)
