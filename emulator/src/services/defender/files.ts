import { findMachine } from '#world/defender/machines.ts'
import { machineFiles } from '#world/defender/files.ts'
import type { MachineFile } from '#world/defender/files.ts'
import type { Reply } from '#http/exchange.ts'

import { DefenderError, notFound } from './errors.ts'
import { context } from './route.ts'
import type { Call, Route } from './route.ts'

/** Files that Defender knows, by SHA-1 or SHA-256. */
const ROLES = ['File.Read.All']

export const fileRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/files/:hash', roles: ROLES, handle: getFile },
  { method: 'GET', pattern: '/files/:hash/stats', roles: ROLES, handle: getStats },
  { method: 'GET', pattern: '/files/:hash/machines', roles: ROLES, handle: listMachines },
]

/** Every machine's copy of the file a path names. @throws DefenderError InvalidHashValue, ResourceNotFound. */
function copiesOf({ tenant, params }: Call): MachineFile[] {
  const hash = params['hash']!.toLowerCase()
  if (!/^([\da-f]{40}|[\da-f]{64})$/.test(hash))
    throw new DefenderError(400, 'InvalidHashValue', `'${params['hash']!}' is not a SHA-1 or SHA-256 hash.`)
  const copies = [...tenant.objects(machineFiles).all()].filter((file) => file.sha1 === hash || file.sha256 === hash)
  if (copies.length === 0) throw notFound(`File ${hash}`)
  return copies
}

function getFile(call: Call): Reply {
  const copies = copiesOf(call)
  const [file] = copies as [MachineFile]
  const times = copies.map(({ firstSeen }) => firstSeen)
  return {
    status: 200,
    body: {
      '@odata.context': context('Files/$entity'),
      sha1: file.sha1,
      sha256: file.sha256,
      md5: file.md5,
      globalPrevalence: copies.length,
      globalFirstObserved: new Date(Math.min(...times)).toISOString(),
      globalLastObserved: new Date(call.tenant.now).toISOString(),
      size: Buffer.byteLength(file.content, 'base64'),
      fileType: file.path.endsWith('.exe') ? 'PortableExecutable' : null,
      isPeFile: file.path.endsWith('.exe'),
      filePublisher: null,
      fileProductName: null,
      signer: null,
      issuer: null,
      signerHash: null,
      isValidCertificate: null,
      determinationType: file.threat === null ? 'Unknown' : file.threat.startsWith('PUA') ? 'PUA' : 'Malware',
      determinationValue: file.threat,
    },
  }
}

function getStats(call: Call): Reply {
  const copies = copiesOf(call)
  const times = copies.map(({ firstSeen }) => firstSeen)
  return {
    status: 200,
    body: {
      '@odata.context': context('microsoft.windowsDefenderATP.api.InOrgFileStats'),
      sha1: copies[0]!.sha1,
      organizationPrevalence: copies.length,
      orgFirstSeen: new Date(Math.min(...times)).toISOString(),
      orgLastSeen: new Date(call.tenant.now).toISOString(),
      globalPrevalence: copies.length,
      globalFirstObserved: new Date(Math.min(...times)).toISOString(),
      globalLastObserved: new Date(call.tenant.now).toISOString(),
      topFileNames: [...new Set(copies.map(({ path }) => path.split('\\').at(-1)!))],
    },
  }
}

function listMachines(call: Call): Reply {
  const value = copiesOf(call).map(({ machineId }) => ({
    id: machineId,
    computerDnsName: findMachine(call.tenant.world, machineId)?.computerDnsName ?? null,
  }))
  return { status: 200, body: { '@odata.context': context('Machines'), value } }
}
