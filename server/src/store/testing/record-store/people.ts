import { randomUUID } from 'node:crypto'

import { expect, it } from 'vitest'

import { type Role, type User, VOUCHED_DAYS } from '#domain/user.ts'

import type { AuditFilter } from '#store/record-store.ts'
import type { Contract } from '#store/testing/record-store-suite.ts'
import { at, freshTenant } from './samples.ts'

function user(role: Role = 'analyst'): User {
  const id = randomUUID()
  return { id, name: `Analyst ${id}`, role, createdAt: at(0) }
}

const PLACE = { address: '127.0.0.1', userAgent: 'Firefox' }

export const peopleContract: Contract = (store) => {
  it('takes a name once, whatever its case', async () => {
    const first = user()
    expect(await store().users.create(first, 'hash 1')).toBe(true)
    expect(await store().users.create({ ...user(), name: first.name.toUpperCase() }, 'hash 2')).toBe(false)
    expect(await store().users.findByName(first.name.toLowerCase())).toEqual({ user: first, passwordHash: 'hash 1' })
    expect(await store().users.findByName('nobody')).toBeUndefined()
    await store().users.setPassword(first.id, 'hash 3')
    expect((await store().users.findByName(first.name))?.passwordHash).toBe('hash 3')
    expect(await store().users.list()).toContainEqual(first)
  })

  it('knows who signs in elsewhere by the issuer’s subject alone, and holds no password for them', async () => {
    const identity = { issuer: 'https://login.example/t/v2.0', subject: randomUUID() }
    const linked = { ...user('administrator'), identity }
    expect(await store().users.create(linked)).toBe(true)
    expect(await store().users.findByIdentity(identity)).toEqual(linked)
    expect(await store().users.read(linked.id)).toEqual(linked)
    expect(await store().users.findByName(linked.name)).toEqual({ user: linked })
    expect(await store().users.create({ ...user(), identity })).toBe(false)
    expect(await store().users.create({ ...user(), name: linked.name }, 'hash')).toBe(false)
    expect(await store().users.findByIdentity({ ...identity, issuer: 'https://other.example' })).toBeUndefined()
    expect(await store().users.findByIdentity({ ...identity, subject: linked.name })).toBeUndefined()
    await expect(store().users.setPassword(linked.id, 'hash')).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
    await expect(store().users.create(user())).rejects.toMatchObject({ code: 'STORE_REQUEST_REFUSED' })
  })

  it('lets API tokens of somebody who signs in elsewhere rest until the issuer vouches for them again', async () => {
    const linked = { ...user(), identity: { issuer: 'https://login.example', subject: randomUUID() } }
    await store().users.create(linked)
    const tokenHash = randomUUID()
    const dayAt = (days: number) => new Date(Date.parse(at(0)) + days * 24 * 3_600_000).toISOString()
    const token = { id: randomUUID(), tokenHash, userId: linked.id, name: 'script', role: linked.role as Role }
    await store().apiTokens.create({ ...token, createdAt: at(0), expiresAt: dayAt(365) })
    expect(await store().apiTokens.find(tokenHash, dayAt(VOUCHED_DAYS - 1))).toBeDefined()
    expect(await store().apiTokens.find(tokenHash, dayAt(VOUCHED_DAYS))).toBeUndefined()
    await store().users.confirm(linked.id, dayAt(VOUCHED_DAYS))
    expect(await store().apiTokens.find(tokenHash, dayAt(VOUCHED_DAYS + 1))).toBeDefined()
  })

  it('finds the user of a session until it ends or is removed', async () => {
    const person = user()
    await store().users.create(person, 'hash')
    const [kept, removed] = [randomUUID(), randomUUID()]
    for (const tokenHash of [kept, removed]) {
      await store().sessions.create({ tokenHash, userId: person.id, createdAt: at(0), expiresAt: at(10), ...PLACE })
    }
    expect(await store().sessions.find(kept, at(9))).toEqual(person)
    expect(await store().sessions.find(kept, at(10))).toBeUndefined()
    await store().sessions.remove(removed)
    expect(await store().sessions.find(removed, at(1))).toBeUndefined()
    await store().sessions.removeExpired(at(10))
    expect(await store().sessions.find(kept, at(1))).toBeUndefined()
  })

  it('gives an API token the lesser of its own role and its user’s', async () => {
    const analyst = user('analyst')
    await store().users.create(analyst, 'hash')
    const token = (role: Role) => ({
      id: randomUUID(),
      tokenHash: randomUUID(),
      userId: analyst.id,
      name: 'script',
      role,
      createdAt: at(0),
      expiresAt: at(10),
    })
    const [low, high] = [token('viewer'), token('administrator')]
    await store().apiTokens.create(low)
    await store().apiTokens.create(high)
    expect(await store().apiTokens.find(low.tokenHash, at(1))).toEqual({
      ...analyst,
      role: 'viewer',
      token: { name: 'script' },
    })
    expect(await store().apiTokens.find(high.tokenHash, at(1))).toMatchObject(analyst)
    expect(await store().apiTokens.find(low.tokenHash, at(10))).toBeUndefined()
    const { tokenHash: _hash, userId: _user, ...listed } = low
    expect(await store().apiTokens.list(analyst.id)).toContainEqual({ ...listed, lastUsedAt: at(1) })
    await store().apiTokens.remove('another user', low.id)
    expect(await store().apiTokens.find(low.tokenHash, at(1))).toBeDefined()
    await store().apiTokens.remove(analyst.id, low.id)
    expect(await store().apiTokens.find(low.tokenHash, at(1))).toBeUndefined()
  })

  it('lists the audit log newest first, of one tenant or of all', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    const entry = (action: string, of: typeof tenantId, actor = 'admin') => {
      return { at: at(0), actor, tenantId: of, action, detail: { action } }
    }
    const origin = { via: 'api' as const, address: '::1', token: 'robot' }
    const entries = [
      { ...entry('connection.create', tenantId, 'Ben'), origin },
      entry('x', other),
      entry('action-run.execute', tenantId),
    ]
    for (const one of entries) await store().audit.append(one)
    await store().audit.append({ at: at(1), actor: 'system', action: 'start', detail: {} })
    const listed = await store().audit.list(tenantId, 10)
    expect(listed).toMatchObject([entries[2]!, entries[0]!])
    expect(await store().audit.list(undefined, 2)).toMatchObject([{ actor: 'system', action: 'start' }, entries[2]!])
    const actions = async (filter: AuditFilter) =>
      (await store().audit.list(tenantId, 10, filter)).map(({ action }) => action)
    expect(await actions({ actor: 'ben' })).toEqual(['connection.create'])
    expect(await actions({ action: 'action-run' })).toEqual(['action-run.execute'])
    expect(await actions({ action: 'action' })).toEqual([])
    expect(await actions({ from: at(0), to: at(1) })).toHaveLength(2)
    expect(await actions({ to: at(0) })).toEqual([])
    expect(await actions({ before: listed[0]!.sequence })).toEqual(['connection.create'])
  })
}
