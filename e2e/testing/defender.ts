import { readFileSync } from 'node:fs'
import { get } from 'node:https'

import { requestToken } from './graph.ts'
import type { Emulator } from './product.ts'

const AUDIENCE = 'https://api.securitycenter.microsoft.com'

/** The DNS name of the first device that Defender for Endpoint watches and the filter lets through, asked past Cordon. */
export async function deviceName({ url, caFile, tenants }: Emulator, filter?: string): Promise<string> {
  const tenant = tenants[0]!
  const application = tenant.applications.find(({ name }) => name === 'Cordon')!
  const ca = readFileSync(caFile)
  const token = await requestToken(`${url}/${tenant.id}/oauth2/v2.0/token`, application, ca, AUDIENCE)
  const text = await new Promise<string>((done, failed) => {
    const query = filter === undefined ? '' : `&$filter=${encodeURIComponent(filter)}`
    get(`${url}/api/machines?$top=1${query}`, { ca, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
      answer.on('end', () => done(body))
    }).on('error', failed)
  })
  return (JSON.parse(text) as { value: { computerDnsName: string }[] }).value[0]!.computerDnsName
}
