import { readFile } from 'node:fs/promises'

import { z } from 'zod'

import { createEws, type EwsOptions } from '#connect/ews/create-ews.ts'
import { createExchangeDoor, type ExchangeDoorOptions } from '#connect/ews/create-exchange-door.ts'
import type { Ews } from '#connect/ews/ews.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { systemClock } from '#domain/clock.ts'

import type { Emulator } from './start-emulator.ts'

/** The emulated company's mailboxes as if they were on an Exchange server of its own. */

const Account = z.object({ user: z.string(), password: z.string() })

/** Address and service account of the emulated Exchange server, the one it has from the start or a new one. */
export async function exchangeAccess(emulator: Emulator, account?: { name: string; mayImpersonate: boolean }) {
  const { user, password } = account
    ? Account.parse(await emulator.request('/service-accounts', account))
    : z.object({ accounts: z.array(Account) }).parse(await emulator.request('/service-accounts')).accounts[0]!
  return { url: `${emulator.url}/EWS/Exchange.asmx`, user, password, ca: await readFile(emulator.caFile, 'utf8') }
}

/** A client of it whose waits take no time and are noted in `waits`. Close it when done. */
export async function openExchange(
  emulator: Emulator,
  options: Partial<EwsOptions> = {},
): Promise<Ews & { close(): Promise<void>; waits: number[] }> {
  const waits: number[] = []
  const ews = createEws({
    tenantId: emulator.tenants[0]!.id,
    ...(await exchangeAccess(emulator)),
    clock: systemClock,
    wait: async (ms) => void waits.push(ms),
    ...options,
  })
  return Object.assign(ews, { waits })
}

/** A door to it, as a connection has one. Close it when done. */
export async function openExchangeDoor(
  emulator: Emulator,
  options: Partial<ExchangeDoorOptions> = {},
): Promise<Microsoft & { close(): Promise<void> }> {
  return createExchangeDoor({
    tenantId: emulator.tenants[0]!.id,
    ...(await exchangeAccess(emulator)),
    mailboxes: [],
    clock: systemClock,
    wait: async () => {},
    ...options,
  })
}
