import type { Emulator } from '#connect/testing/start-emulator.ts'

import type { Cordon } from './start-cordon.ts'

/** Connects the emulated company as its first application; gives the path of its tenant and the connection's id. */
export async function connectCompany(
  cordon: Cordon,
  { tenants }: Pick<Emulator, 'tenants'>,
  feeds: readonly string[] = [],
): Promise<{ tenant: string; connectionId: string }> {
  const { id, applications } = tenants[0]!
  const { clientId, secret } = applications[0]!
  const credential = { kind: 'secret', secret }
  const body = { name: 'Emulated', cloud: 'emulated', directoryId: id, clientId, credential, feeds }
  const made = await cordon.call('POST', '/connections', { body })
  return { tenant: `/tenants/${id}`, connectionId: String(made.body['id']) }
}
