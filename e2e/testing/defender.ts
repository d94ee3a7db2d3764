import { readFileSync } from 'node:fs'
import { get } from 'node:https'

import { requestToken } from './graph.ts'
import type { Emulator } from './product.ts'

const AUDIENCE = 'https://api.securitycenter.microsoft.com'

/** The DNS name of a device that Defender for Endpoint watches, asked past Cordon. */
export async function deviceName({ url, caFile, tenants }: Emulator): Promise<string> {
  const tenant = tenants[0]!
  const application = tenant.applications.find(({ name }) => name === 'Cordon')!
  const ca = readFileSync(caFile)
  const token = await requestToken(`${url}/${tenant.id}/oauth2/v2.0/token`, application, ca, AUDIENCE)
  const text = await new Promise<string>((done, failed) => {
    get(`${url}/api/machines?$top=1`, { ca, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      let body = ''
      answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
      answer.on('end', () => done(body))
    }).on('error', failed)
  })
  return (JSON.parse(text) as { value: { computerDnsName: string }[] }).value[0]!.computerDnsName
}
