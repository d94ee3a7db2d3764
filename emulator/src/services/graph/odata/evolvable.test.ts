import { describe, expect, it } from 'vitest'

import { behavior } from '#testing/behavior.ts'
import { enumMembers, hasSchemas } from '#testing/csdl.ts'
import { Query } from '#http/exchange.ts'
import { ROUTES } from '#services/graph/graph.ts'
import type { Request } from '#http/exchange.ts'

import { EVOLVABLE, asPreferred, evolvable } from './evolvable.ts'

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
  const source = evolvable('microsoft.graph.security.serviceSource', 'microsoftSentinel')
  const alert = { serviceSource: 'microsoftSentinel', evidence: [{ source: 'microsoftSentinel' }, { source: 'a' }] }
  const properties = { serviceSource: source, 'evidence/source': source }

  behavior('documentation', 'show later members as unknownFutureValue', () => {
    expect(asPreferred(asking('odata.maxpagesize=5'), properties, [alert])).toEqual({
      values: [{ serviceSource: 'unknownFutureValue', evidence: [{ source: 'unknownFutureValue' }, { source: 'a' }] }],
      headers: {},
    })
    EVOLVABLE.splice(EVOLVABLE.indexOf(source), 1)
  })

  behavior('documentation', 'show later members to who prefers include-unknown-enum-members', () => {
    expect(asPreferred(asking('odata.maxpagesize=5, Include-Unknown-Enum-Members'), properties, [alert])).toEqual({
      values: [alert],
      headers: { 'preference-applied': 'include-unknown-enum-members' },
    })
  })

  it.skipIf(!hasSchemas)('are those that the published schema has (skipped where ../shared is absent)', () => {
    // Naming the routes loads every service, which names its enumerations.
    expect(ROUTES.length).toBeGreaterThan(0)
    for (const { type, later } of EVOLVABLE) {
      const members = enumMembers(type)
      expect([type, ...later]).toEqual([type, ...members.slice(members.indexOf('unknownFutureValue') + 1)])
    }
  })
})
