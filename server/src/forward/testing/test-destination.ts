import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { systemClock } from '#domain/clock.ts'
import type { ForwardItem } from '#domain/destination.ts'
import { newTenant } from '#store/testing/test-event.ts'

import { deliver } from '#forward/deliver.ts'
import type { DestinationKind, Sender } from '#forward/destination.ts'
import { testItem } from '#forward/test-event.ts'

import { loopbackCertificate, type LoopbackCertificate } from './loopback-certificate.ts'
import { type Fault, POISON, type Receiver } from './receiver.ts'

const PATIENCE_MS = 200_000
vi.setConfig({ testTimeout: 2 * PATIENCE_MS })

/** What the contract has to know of a kind. */
export interface DestinationFacts {
  start(certificate: LoopbackCertificate): Promise<Receiver>
  /** The error that each fault brings about; a fault that is missing cannot strike this kind. */
  faults: Partial<Record<Fault, string>>
  /** It speaks TLS, and so must not trust just anyone. */
  isSecure: boolean
  /** Where nothing is answered: bytes an event that make a few more than buffers hold, so that a fault finds some left to send. */
  buffered?: number
  /** It can refuse a single event. */
  refuses: boolean
}

/**
 * The contract of a kind of destination, against a little server of its own over the loopback address. What a kind does not
 * have is skipped with the reason in its title.
 */
export function testDestination(kind: DestinationKind, facts: DestinationFacts): void {
  describe(`destination ${kind.id}`, () => {
    const tenantId = newTenant()
    let receiver: Receiver
    let senders: Sender[] = []
    let number = 0

    beforeAll(async () => {
      receiver = await facts.start(await loopbackCertificate(systemClock.now()))
    })
    afterAll(async () => {
      await Promise.all(senders.map((sender) => sender.close()))
      await receiver.close()
    })
    beforeEach(() => {
      receiver.heal()
      receiver.taken.length = 0
    })

    function open(changes: { options?: object; secret?: string } = {}): Sender {
      const options = kind.options.parse({ ...receiver.options, ...changes.options })
      const secret = changes.secret ?? receiver.secret
      const context = { tenantId, options, folder: '', clock: systemClock }
      const sender = kind.open({ ...context, ...(secret !== undefined && { secret }) })
      senders = [...senders, sender]
      return sender
    }
    const send = (items: readonly ForwardItem[], sender = open(), signal = AbortSignal.timeout(PATIENCE_MS)) =>
      deliver(sender, items, signal)

    /** Events with texts that break what is put together carelessly. */
    function several(count: number, padding = ''): ForwardItem[] {
      return Array.from({ length: count }, () => {
        const id = `event-${number++}`
        const hostile = 'Zoë 🦊 "quoted" \\ back\nline\u2028\0 7 12 <134>1 ]]>'
        const document = {
          '@timestamp': '2026-11-20T08:00:00.123Z',
          message: hostile + padding,
          event: { id, dataset: 'o365.audit' },
        }
        const timeMs = Date.parse(document['@timestamp'])
        return { id, kind: 'event', dataset: 'o365.audit', timeMs, document: JSON.stringify(document) }
      })
    }
    const poisoned = (): ForwardItem => {
      const document = {
        '@timestamp': '2026-11-20T08:00:00Z',
        labels: { [POISON]: 'x' },
        event: { id: `event-${number++}` },
      }
      return { ...several(1)[0]!, id: document.event.id, document: JSON.stringify(document) }
    }
    const idsOf = (items: readonly ForwardItem[]) => items.map(({ id }) => id)

    it('hands over every event as it is, in order, and tells what was answered', async () => {
      const items = several(230)
      const { refused, answer } = await send(items)
      expect(refused).toEqual([])
      expect(answer).not.toBe('')
      expect(receiver.taken).toEqual(idsOf(items))
      for (const { id, document } of items) expect(receiver.documents.get(id)).toEqual(JSON.parse(document))
    })

    it('takes the marked event of a test', async () => {
      const item = testItem(tenantId, systemClock.now())
      await send([item])
      expect(receiver.documents.get(item.id)).toMatchObject({ tags: ['cordon-test'] })
    })

    it('takes the same events again without a complaint', async () => {
      const items = several(5)
      const sender = open()
      await send(items, sender)
      expect(await send(items, sender)).toMatchObject({ refused: [] })
      expect(new Set(receiver.taken)).toEqual(new Set(idsOf(items)))
    })

    it('takes an event of some megabytes', async () => {
      const [item] = several(1)
      const document = JSON.stringify({ ...JSON.parse(item!.document), long: 'ö'.repeat(2_000_000) })
      await send([{ ...item!, document }])
      expect(receiver.documents.get(item!.id)).toEqual(JSON.parse(document))
    })

    it.each(Object.entries(facts.faults) as [Fault, string][])(
      'struck by "%s", it says %s; afterwards the same batch arrives whole',
      async (fault, code) => {
        const items = several(6, 'x'.repeat(facts.buffered ?? 0))
        const sender = open()
        receiver.strike(fault)
        await expect(send(items, sender)).rejects.toMatchObject({ code, retry: expect.not.stringMatching('never') })
        receiver.heal()
        await send(items, sender)
        expect(new Set(receiver.taken)).toEqual(new Set(idsOf(items)))
      },
    )

    it.skipIf(!('busy' in facts.faults))('waits as long as it is asked to', async () => {
      receiver.strike('busy')
      await expect(send(several(1))).rejects.toMatchObject({ retry: { afterMs: 7_000 } })
    })

    it.skipIf(!('redirect' in facts.faults))('follows no redirect', async () => {
      receiver.strike('redirect', 1)
      const before = receiver.visits
      await expect(send(several(1))).rejects.toMatchObject({ code: 'FORWARD_REDIRECTED' })
      expect(receiver.visits).toBe(before + 1)
    })

    it.skipIf(!facts.refuses)(
      'sets apart what is refused, with the reason in the other’s words, and delivers the rest',
      async () => {
        const [first, middle, last] = [several(7), poisoned(), several(9)]
        const items = [...first, middle, ...last, poisoned()]
        const { refused } = await send(items)
        expect(refused.map(({ item }) => item.id)).toEqual([middle.id, items.at(-1)!.id])
        for (const { reason } of refused) expect(reason).toContain('unfit labels')
        expect(new Set(receiver.taken)).toEqual(new Set(idsOf([...first, ...last])))
      },
    )

    it.skipIf(kind.secret === undefined)(
      'with a wrong secret it says so, and shows neither it nor the right one',
      async () => {
        const wrong = 'wrong-secret-that-nobody-may-see'
        const fault = await send(several(1), open({ secret: wrong })).catch((error: unknown) => error)
        expect(fault).toMatchObject({ code: 'FORWARD_CREDENTIAL_REFUSED' })
        const { what, why, fix, message } = fault as Record<string, string>
        expect(`${what} ${why} ${fix} ${message}`).not.toContain(wrong)
      },
    )

    it.skipIf(!facts.isSecure)('gives nothing to whoever it does not trust', async () => {
      const fault = await send(several(1), open({ options: { ca: '' } })).catch((error: unknown) => error)
      expect(fault).toMatchObject({ code: 'FORWARD_TLS_UNTRUSTED', fix: expect.stringContaining('`ca`') })
      expect(receiver.taken).toEqual([])
    })

    it.skipIf(!('hang' in facts.faults || facts.isSecure))(
      'stops when it is told to, whoever it waits for',
      async () => {
        receiver.strike('hang')
        const stop = new AbortController()
        const before = receiver.visits
        const sent = send(several(1), open(), stop.signal)
        await expect.poll(() => receiver.visits, { timeout: PATIENCE_MS }).toBe(before + 1)
        stop.abort(new Error('Stopped.'))
        await expect(sent).rejects.toThrow('Stopped.')
      },
    )
  })
}
