import { describe, expect, it } from 'vitest'

import { AppError } from '#domain/errors.ts'
import { parseTenantId } from '#domain/ids.ts'
import type { Connection, Use } from '#domain/tenant.ts'

import { chooseConnection, successorOf } from './connection-uses.ts'

function connection(id: string, uses?: Use[], more: Partial<Connection> = {}): Connection {
  return {
    id,
    tenantId: parseTenantId('5b0c7a51-0d6f-4f0e-9a53-3f5f0f8f7a01')!,
    name: `The one to ${id}`,
    cloud: 'worldwide',
    clientId: '5b0c7a51-0d6f-4f0e-9a53-3f5f0f8f7a02',
    credentialKind: 'secret',
    feeds: [],
    settings: uses ? { uses } : {},
    createdAt: '2026-11-20T00:00:00Z',
    ...more,
  }
}
const collect = connection('collect', ['collect'])
const search = connection('search', ['investigate'])
const act = connection('act', ['respond'])
const onPremises = connection('premises', undefined, { cloud: 'on-premises', exchange: { url: '', mailboxes: [] } })
const what = 'Nothing was done.'

function refused(work: () => unknown): AppError {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('It was not refused.')
}

describe('choosing a connection', () => {
  it('takes the only one that is for it, and one that is for everything', () => {
    const all = [collect, search, act, onPremises]
    expect(chooseConnection(all, { use: 'investigate', what })).toBe(search)
    expect(chooseConnection([collect, connection('all')], { use: 'respond', what }).id).toBe('all')
    expect(chooseConnection([onPremises], { use: 'investigate', what })).toBe(onPremises)
    expect(chooseConnection(all, { use: 'investigate', id: 'premises', what })).toBe(onPremises)
  })

  it('asks which where several would do, and names only those', () => {
    const { code, fix } = refused(() =>
      chooseConnection([collect, search, connection('all')], { use: 'investigate', what }),
    )
    expect(code).toBe('REQUEST_INVALID')
    expect(fix).toContain('search')
    expect(fix).not.toContain('The one to collect')
  })

  it('refuses one that is for something else, and says which would do', () => {
    const named = refused(() => chooseConnection([collect, search], { use: 'investigate', id: 'collect', what }))
    expect(named).toMatchObject({ code: 'CONNECTION_USE_WRONG', what })
    expect(named.why).toBe('“The one to collect” is not for searching mailboxes.')
    expect(named.fix).toContain('search (The one to search)')
    const none = refused(() => chooseConnection([collect, act], { use: 'investigate', what }))
    expect([none.code, none.fix]).toEqual([
      'CONNECTION_USE_WRONG',
      expect.stringContaining('change collect --use collect investigate`'),
    ])
  })

  it('says that there is none, and none of that id', () => {
    expect(refused(() => chooseConnection([], { use: 'investigate', what })).code).toBe('CONNECTION_NOT_FOUND')
    const { code } = refused(() => chooseConnection([search], { use: 'investigate', id: 'x', what }))
    expect(code).toBe('CONNECTION_NOT_FOUND')
  })
})

describe('acting on what a connection found', () => {
  it('goes through the same one where it may, else through another of the same cloud', () => {
    const all = connection('all')
    expect(successorOf([act, all], { use: 'respond', id: 'all', what })).toBe(all)
    expect(successorOf([search, act], { use: 'respond', id: 'search', what })).toBe(act)
  })

  it('refuses where only another cloud has one, or none', () => {
    const china = connection('china', ['respond'], { cloud: 'china' })
    const connections = [search, china, onPremises]
    const { code, why, fix } = refused(() => successorOf(connections, { use: 'respond', id: 'search', what }))
    expect([code, why]).toEqual(['CONNECTION_USE_WRONG', '“The one to search” is not for acting.'])
    expect(fix).toContain('change search --use investigate respond`')
    expect(refused(() => successorOf([act], { use: 'respond', id: 'gone', what })).code).toBe('CONNECTION_NOT_FOUND')
  })
})
