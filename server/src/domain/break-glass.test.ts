import { expect, it } from 'vitest'

import { whyBreakGlass } from './break-glass.ts'

const user = { id: '0A1B', userPrincipalName: 'Emergency@contoso.example' }

it('protects a break-glass account by its object id and by its name, in any case', () => {
  expect(whyBreakGlass(user, { breakGlassUsers: ['emergency@CONTOSO.example'] })).toContain('break-glass')
  expect(whyBreakGlass(user, { breakGlassUsers: ['0a1b'] })).toContain('break-glass')
})

it('protects nobody else, and nobody where none is named', () => {
  expect(whyBreakGlass(user, { breakGlassUsers: ['ana@contoso.example', 'emergency'] })).toBeUndefined()
  expect(whyBreakGlass(user, {})).toBeUndefined()
  expect(whyBreakGlass(user)).toBeUndefined()
})
