import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { enumMembers, hasSchemas } from '#testing/csdl.ts'
import { Query } from '#http/exchange.ts'
import { ROUTES } from '#services/graph/graph.ts'
import type { Request } from '#http/exchange.ts'

import { EVOLVABLE, enumPreferenceApplied, shownMember } from './evolvable.ts'

const asking = (prefer: string) => {
  const request: Request = {
    method: 'GET',
    origin: 'https://graph.microsoft.com',
    path: '/v1.0/x',
    segments: ['v1.0', 'x'],
    query: new Query(''),
    headers: { prefer },
    body: Buffer.alloc(0),
  }
  return { request }
}

describe('Evolvable enumerations', () => {
  const source = { type: 'microsoft.graph.security.serviceSource', later: new Set(['microsoftSentinel']) }

  behavior('documentation', 'show later members as unknownFutureValue', () => {
    const call = asking('odata.maxpagesize=5')
    expect(shownMember(call, source, 'microsoftSentinel')).toBe('unknownFutureValue')
    expect(shownMember(call, source, 'microsoftDefenderForEndpoint')).toBe('microsoftDefenderForEndpoint')
    expect(enumPreferenceApplied(call)).toEqual({})
  })

  behavior('documentation', 'show later members to who prefers include-unknown-enum-members', () => {
    const call = asking('odata.maxpagesize=5, Include-Unknown-Enum-Members')
    expect(shownMember(call, source, 'microsoftSentinel')).toBe('microsoftSentinel')
    expect(enumPreferenceApplied(call)).toEqual({ 'preference-applied': 'include-unknown-enum-members' })
  })

  it.skipIf(!hasSchemas)('are those that the published schema has (skipped where ../shared is absent)', () => {
    // Naming the routes loads every service, which names its enumerations.
    expect(ROUTES.length).toBeGreaterThan(0)
    expect(EVOLVABLE.length).toBeGreaterThan(3)
    const published = EVOLVABLE.filter(({ type }) => enumMembers(type).length > 0)
    expect(EVOLVABLE.length - published.length, 'of beta alone').toBe(1)
    for (const { type, later } of published) {
      const members = enumMembers(type)
      expect([type, ...later]).toEqual([type, ...members.slice(members.indexOf('unknownFutureValue') + 1)])
    }
  })
})
