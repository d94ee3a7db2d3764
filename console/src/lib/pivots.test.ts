import { describe, expect, it } from 'vitest'

import { kindsNamed, pivotsOf, targetKindOf } from './pivots.ts'

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

it('acts on all that goes by a name', () => {
  const kinds = (on: Parameters<typeof kindsNamed>[0], ...targets: string[]) =>
    targets.map((target) => kindsNamed(on, target))
  expect(kinds('user', 'ana@contoso.example')).toEqual([['user', 'mailbox']])
  expect(kinds('device', 'laptop-1')).toEqual([['device']])
  const ip = ['indicator', 'ip-range']
  expect(kinds('indicator', '192.0.2.7', '2001:db8::1', '::1')).toEqual([ip, ip, ip])
  const mail = ['indicator', 'mail-entry']
  expect(kinds('indicator', 'https://paper.example/a', 'a'.repeat(64), 'paper.example')).toEqual([
    mail,
    mail,
    ['indicator'],
  ])
})

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

  it('lead to the device, the address on the web and the file, and to what an action takes them for', () => {
    const { '@timestamp': at, message, event } = EVENT
    const opened = {
      '@timestamp': at,
      message,
      event,
      host: { name: 'laptop-17' },
      url: { original: 'https://bad.example/pay', domain: 'bad.example' },
      file: { hash: { sha256: 'a'.repeat(64) } },
      related: { hosts: ['laptop-17'] },
    }
    const pivots = pivotsOf(opened)
    expect(pivots.map((pivot) => [pivot.query, targetKindOf(pivot)])).toEqual([
      ['related.hosts : "laptop-17"', 'device'],
      ['url.domain : "bad.example"', 'indicator'],
      ['url.original : "https://bad.example/pay"', 'indicator'],
      [`file.hash.sha256 : "${'a'.repeat(64)}"`, 'indicator'],
    ])
    expect(pivotsOf({ ...opened, url: { original: '/v1.0/users' } })).toHaveLength(2)
    expect(pivotsOf(EVENT).map(targetKindOf)).toEqual(['user', 'indicator', undefined, undefined, undefined])
  })

  it('lead to the message in quarantine, under the name that actions take it by', () => {
    const { '@timestamp': at, message, event } = EVENT
    const Identity = '3c1f0d0e-5b1c-4a39-8f5a-08de27b1a2aa\\1f0e3c2d-4b5a-4968-8776-95a4b3c2d1e0'
    const [pivot, ...others] = pivotsOf({ '@timestamp': at, message, event, o365: { quarantine: { Identity } } })
    expect(pivot).toMatchObject({ kind: 'quarantined message', value: Identity })
    expect(pivot!.query).toContain('o365.quarantine.Identity : "3c1f0d0e-5b1c-4a39-8f5a-08de27b1a2aa')
    expect([targetKindOf(pivot!), others]).toEqual(['quarantined-message', []])
  })

  it('lead to the application that somebody consented to, and not to it as if it were a user', () => {
    const { '@timestamp': at, message, event, user } = EVENT
    const id = 'f7081920-3b4c-4d5e-8f01-23456789abcd'
    const consent = {
      '@timestamp': at,
      message,
      event,
      user: { ...user, target: { id, name: 'mail merge plus', full_name: 'Mail Merge Plus' } },
      azure: {
        auditlogs: {
          properties: { targetResources: [{ id, type: 'ServicePrincipal', displayName: 'Mail Merge Plus' }] },
        },
      },
      related: { user: ['ana@contoso.example', id] },
    }
    expect(pivotsOf(consent)).toEqual([
      { kind: 'user', value: 'ana@contoso.example', query: 'related.user : "ana@contoso.example"' },
      { kind: 'application', value: id, name: 'Mail Merge Plus', query: `related.user : "${id}"` },
    ])
    expect(pivotsOf(consent).map(targetKindOf)).toEqual(['user', 'service-principal'])
  })

  it('lead to the program that a person used where the event is about no other application', () => {
    const { '@timestamp': at, message, event } = EVENT
    const appId = '0c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5'
    const signIn = { appId, appDisplayName: 'Document Vault', userPrincipalName: 'ana@contoso.example' }
    expect(pivotsOf({ '@timestamp': at, message, event, azure: { signinlogs: { properties: signIn } } })).toEqual([
      {
        kind: 'application',
        value: appId,
        name: 'Document Vault',
        query: `azure.signinlogs.properties.appId : "${appId}"`,
      },
    ])
  })

  it('are only those that the event has something for', () => {
    const { '@timestamp': at, message, event } = EVENT
    expect(pivotsOf({ '@timestamp': at, message, event })).toEqual([])
  })
})
