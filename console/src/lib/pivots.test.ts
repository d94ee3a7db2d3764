import { describe, expect, it } from 'vitest'

import { pivotsOf } from './pivots.ts'

const EVENT = {
  '@timestamp': '2026-11-20T12:00:00.000Z',
  message: 'Ana signed in.',
  event: { id: '1', dataset: 'o365.audit' },
  user: { name: 'ana', email: 'ana@contoso.example' },
  source: { ip: '192.0.2.7' },
  related: { user: ['ana@contoso.example', 'ana'] },
  email: { message_id: ['<a@contoso.example>', '<a@contoso.example>', '<b@contoso.example>'] },
  o365: { audit: { DeviceProperties: { SessionId: 's-1' }, AppAccessContext: { AADSessionId: 's-1' } } },
}

describe('pivots from an event', () => {
  it('lead to the same user, address, messages and session', () => {
    expect(pivotsOf(EVENT)).toEqual([
      { kind: 'user', value: 'ana@contoso.example', query: 'related.user : "ana@contoso.example"' },
      { kind: 'IP', value: '192.0.2.7', query: 'source.ip : "192.0.2.7"' },
      { kind: 'message', value: '<a@contoso.example>', query: 'email.message_id : "<a@contoso.example>"' },
      { kind: 'message', value: '<b@contoso.example>', query: 'email.message_id : "<b@contoso.example>"' },
      {
        kind: 'session',
        value: 's-1',
        query: 'o365.audit.AppAccessContext.AADSessionId : "s-1" or o365.audit.DeviceProperties.SessionId : "s-1"',
      },
    ])
  })

  it('are only those that the event has something for', () => {
    const { '@timestamp': at, message, event } = EVENT
    expect(pivotsOf({ '@timestamp': at, message, event })).toEqual([])
  })
})
