import { expect, it } from 'vitest'

import type { Contract } from '#store/testing/record-store-suite.ts'
import { at, detection, freshTenant } from './samples.ts'

export const alertContract: Contract = (store) => {
  it('opens one alert for a rule and group, and joins later events to it', async () => {
    const tenantId = freshTenant()
    const first = detection({ eventTime: at(1), sentence: 'first' })
    const [opened] = await store().alerts.record(tenantId, [first], at(5))
    const later = [detection({ eventTime: at(3), sentence: 'newest' }), detection({ eventTime: at(0) })]
    const changed = await store().alerts.record(tenantId, later, at(6))
    expect(changed).toEqual([
      {
        ...opened,
        eventCount: 3,
        sentence: 'newest',
        firstEventAt: at(0),
        lastEventAt: at(3),
        createdAt: at(5),
        updatedAt: at(6),
      },
    ])
    expect(await store().alerts.eventIds(tenantId, opened!.id, 2)).toEqual([later[0]!.eventId, first.eventId])
    expect(await store().alerts.read(tenantId, opened!.id)).toEqual(changed[0])
  })

  it('counts an event once per rule for ever: a replay changes nothing, even after closing', async () => {
    const tenantId = freshTenant()
    const detections = [detection(), detection()]
    const [alert] = await store().alerts.record(tenantId, [...detections, detections[0]!], at(5))
    expect(alert?.eventCount).toBe(2)
    expect(await store().alerts.record(tenantId, detections, at(6))).toEqual([])
    await store().alerts.close(tenantId, alert!.id, 'false positive', at(7))
    expect(await store().alerts.record(tenantId, detections, at(8))).toEqual([])
    expect(await store().alerts.list(tenantId, { limit: 10, now: at(99) })).toHaveLength(1)
  })

  it('opens apart what differs in rule or group, and a new alert once the old one is closed', async () => {
    const tenantId = freshTenant()
    const eventId = 'one event'
    const kinds = [{ eventId }, { eventId, ruleId: 'other rule' }, { groupKey: 'other group' }]
    const opened = await store().alerts.record(tenantId, kinds.map(detection), at(5))
    expect(opened).toHaveLength(3)
    await store().alerts.close(tenantId, opened[0]!.id, 'done', at(6))
    const again = kinds.map((kind) => detection({ ...kind, eventId: 'another event' }))
    const changed = await store().alerts.record(tenantId, again.slice(0, 2), at(7))
    expect(changed.map((alert) => alert.eventCount).toSorted()).toEqual([1, 2])
    expect(await store().alerts.list(tenantId, { limit: 10, now: at(99) })).toHaveLength(4)
  })

  it('stays exact under writers at the same time with overlapping events', async () => {
    const tenantId = freshTenant()
    const all = Array.from({ length: 300 }, (_, number) =>
      detection({ eventId: `event ${number}`, groupKey: `group ${number % 3}`, eventTime: at(number % 60) }),
    )
    const writers = [all, all.toReversed(), all.slice(100), all.toReversed().slice(100)]
    await Promise.all(writers.map((order) => store().alerts.record(tenantId, order, at(100))))
    const alerts = await store().alerts.list(tenantId, { status: 'open', limit: 10, now: at(99) })
    const found = alerts.map((alert) => [alert.groupKey, alert.eventCount]).toSorted()
    expect(found).toEqual([0, 1, 2].map((group) => [`group ${group}`, 100]))
    for (const alert of alerts) expect(await store().alerts.eventIds(tenantId, alert.id, 200)).toHaveLength(100)
  })

  it('says of which alerts an event is evidence, the newest first, and only in its tenant', async () => {
    const [tenantId, other] = [freshTenant(), freshTenant()]
    const [older] = await store().alerts.record(
      tenantId,
      [detection({ eventId: 'a' }), detection({ eventId: 'b' })],
      at(5),
    )
    const [newer] = await store().alerts.record(tenantId, [detection({ eventId: 'a', ruleId: 'other rule' })], at(6))
    const asked = ['a', 'b', 'not evidence']
    expect(await store().alerts.alertIdsOf(tenantId, asked)).toEqual(
      new Map([
        ['a', [newer!.id, older!.id]],
        ['b', [older!.id]],
      ]),
    )
    expect(await store().alerts.alertIdsOf(other, asked)).toEqual(new Map())
  })

  it('closes with a reason once, and opens again without it', async () => {
    const tenantId = freshTenant()
    const [alert] = await store().alerts.record(tenantId, [detection()], at(5))
    const closed = { ...alert, status: 'closed', closeReason: 'first', updatedAt: at(6) }
    expect(await store().alerts.close(tenantId, alert!.id, 'first', at(6))).toEqual(closed)
    expect(await store().alerts.close(tenantId, alert!.id, 'second', at(7))).toEqual(closed)
    expect(await store().alerts.list(tenantId, { status: 'open', limit: 10, now: at(99) })).toEqual([])
    expect(await store().alerts.reopen(tenantId, alert!.id, at(8))).toEqual({ ...alert, updatedAt: at(8) })
    expect(await store().alerts.close(tenantId, 'unknown', 'reason', at(9))).toBeUndefined()
    expect(await store().alerts.reopen(tenantId, 'unknown', at(9))).toBeUndefined()
  })

  it('leaves an alert closed where its group has a newer open one, and names that one', async () => {
    const tenantId = freshTenant()
    const [old] = await store().alerts.record(tenantId, [detection()], at(5))
    await store().alerts.close(tenantId, old!.id, 'done', at(6))
    const [newer] = await store().alerts.record(tenantId, [detection()], at(7))
    expect(await store().alerts.reopen(tenantId, old!.id, at(8))).toEqual(newer)
    expect((await store().alerts.read(tenantId, old!.id))?.status).toBe('closed')
  })

  it('lists newest first and counts the open by severity', async () => {
    const tenantId = freshTenant()
    const severities = ['low', 'high', 'low'] as const
    const made = severities.map((severity, number) =>
      detection({ severity, groupKey: `group ${number}`, eventTime: at(number) }),
    )
    const alerts = await store().alerts.record(tenantId, made, at(5))
    const listed = await store().alerts.list(tenantId, { limit: 2, now: at(99) })
    expect(listed.map((alert) => alert.lastEventAt)).toEqual([at(2), at(1)])
    await store().alerts.close(tenantId, alerts.find((alert) => alert.severity === 'high')!.id, 'done', at(6))
    expect(await store().alerts.countOpenBySeverity(tenantId, at(99))).toEqual({ low: 2 })
  })

  it('puts an open alert off until a moment, in which it is not in the queue and what happens joins it', async () => {
    const tenantId = freshTenant()
    const [alert] = await store().alerts.record(tenantId, [detection()], at(5))
    expect(await store().alerts.suppress(tenantId, alert!.id, at(30), at(6))).toMatchObject({ suppressedUntil: at(30) })
    const [joined] = await store().alerts.record(tenantId, [detection({ eventTime: at(7) })], at(8))
    expect(joined).toMatchObject({ id: alert!.id, eventCount: 2, suppressedUntil: at(30) })
    const ids = async (status: 'open' | 'suppressed', now: string) =>
      (await store().alerts.list(tenantId, { status, limit: 9, now })).map(({ id }) => id)
    expect([await ids('open', at(29)), await ids('suppressed', at(29))]).toEqual([[], [alert!.id]])
    expect(await store().alerts.countOpenBySeverity(tenantId, at(29))).toEqual({})
    expect([await ids('open', at(30)), await ids('suppressed', at(30))]).toEqual([[alert!.id], []])
    expect(await store().alerts.suppress(tenantId, alert!.id, null, at(9))).not.toHaveProperty('suppressedUntil')
    await store().alerts.close(tenantId, alert!.id, 'done', at(10))
    expect(await store().alerts.suppress(tenantId, alert!.id, at(30), at(11))).toMatchObject({ status: 'closed' })
  })

  it('gives an alert to somebody, and counts by rule and day what was opened and how it was closed', async () => {
    const tenantId = freshTenant()
    const [mine] = await store().alerts.record(tenantId, [detection({ groupKey: 'a' })], at(5))
    await store().alerts.record(tenantId, [detection({ groupKey: 'b' })], at(5))
    await store().alerts.assign(tenantId, mine!.id, 'ana', at(6))
    const hers = await store().alerts.list(tenantId, { assignee: 'ana', limit: 9, now: at(9) })
    expect(hers.map(({ id, assignee }) => [id, assignee])).toEqual([[mine!.id, 'ana']])
    expect(await store().alerts.assign(tenantId, mine!.id, null, at(7))).not.toHaveProperty('assignee')
    expect(await store().alerts.close(tenantId, mine!.id, 'a test', at(8), 'benign')).toMatchObject({
      verdict: 'benign',
    })
    expect(await store().alerts.noise(tenantId, at(0))).toEqual([
      { ruleId: 'inbox-rule', days: { '2026-01-15': 2 }, closedAsFalse: 1, closedAsTrue: 0 },
    ])
    expect(await store().alerts.noise(tenantId, at(6))).toEqual([])
    expect(await store().alerts.noise(freshTenant(), at(0))).toEqual([])
  })

  it('keeps tenants apart, even with the same events', async () => {
    const [mine, other] = [freshTenant(), freshTenant()]
    const shared = detection()
    const [alert] = await store().alerts.record(mine, [shared], at(5))
    expect(await store().alerts.read(other, alert!.id)).toBeUndefined()
    expect(await store().alerts.eventIds(other, alert!.id, 10)).toEqual([])
    expect(await store().alerts.close(other, alert!.id, 'not mine', at(6))).toBeUndefined()
    expect(await store().alerts.list(other, { limit: 10, now: at(99) })).toEqual([])
    expect(await store().alerts.countOpenBySeverity(other, at(99))).toEqual({})
    expect(await store().alerts.record(other, [shared], at(7))).toHaveLength(1)
    expect(await store().alerts.read(mine, alert!.id)).toEqual(alert)
  })
}
