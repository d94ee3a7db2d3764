import { createHash } from 'node:crypto'

import { libraryFiles } from '#world/defender/live-response.ts'
import type { LibraryFile } from '#world/defender/live-response.ts'
import type { Reply } from '#http/exchange.ts'

import { DefenderError, invalidBody, invalidInput, missingParameter, notFound } from './errors.ts'
import { context } from './route.ts'
import type { Call, Route } from './route.ts'

/** The live response library: scripts and tools that can be run on or put onto machines. */
const ROLES = ['Library.Manage']
const LARGEST = 20 * 1024 * 1024

export const libraryRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/libraryfiles', roles: ROLES, handle: listFiles },
  { method: 'POST', pattern: '/libraryfiles', roles: ROLES, handle: uploadFile },
  { method: 'DELETE', pattern: '/libraryfiles/:file', roles: ROLES, handle: deleteFile },
]

function listFiles({ tenant }: Call): Reply {
  const value = [...tenant.objects(libraryFiles).all()].map(shape)
  return { status: 200, body: { '@odata.context': context('LibraryFiles'), value } }
}

/** `multipart/form-data` with File, Description, ParametersDescription, HasParameters, OverrideIfExists. */
async function uploadFile(call: Call): Promise<Reply> {
  const { tenant } = call
  const form = await readForm(call)
  const file = form.get('File') ?? form.get('file')
  if (!(file instanceof File)) throw missingParameter('File')
  if (file.size > LARGEST) throw invalidInput('The file is larger than 20 MB.')
  if (!/^[\w.() -]{1,200}$/.test(file.name) || file.name.startsWith('.'))
    throw invalidInput(`'${file.name}' is not a valid file name.`)
  const files = tenant.objects(libraryFiles)
  const existing = files.find(file.name.toLowerCase())
  if (existing && !isTrue(form, 'OverrideIfExists'))
    throw new DefenderError(400, 'FileAlreadyExists', `The file '${file.name}' already exists in the library.`)
  const content = Buffer.from(await file.arrayBuffer())
  const stored = files.put(file.name.toLowerCase(), {
    fileName: file.name,
    content: content.toString('base64'),
    sha256: createHash('sha256').update(content).digest('hex'),
    description: text(form, 'Description'),
    hasParameters: isTrue(form, 'HasParameters'),
    parametersDescription: text(form, 'ParametersDescription'),
    createdBy: call.appName,
    createdAt: existing?.createdAt ?? tenant.now,
    updatedAt: tenant.now,
  })
  return { status: 200, body: { '@odata.context': context('LibraryFiles/$entity'), ...shape(stored) } }
}

function deleteFile({ tenant, params }: Call): Reply {
  const name = params['file']!.toLowerCase()
  const files = tenant.objects(libraryFiles)
  if (!files.find(name)) throw notFound(`File ${params['file']!}`)
  files.remove(name)
  return { status: 204 }
}

async function readForm({ request }: Call): Promise<FormData> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) throw invalidBody('The request must be multipart/form-data.')
  try {
    return await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData()
  } catch {
    throw invalidBody('The multipart body cannot be read.')
  }
}

const text = (form: FormData, name: string): string | null => {
  const value = form.get(name)
  return typeof value === 'string' ? value : null
}

const isTrue = (form: FormData, name: string): boolean => text(form, name)?.toLowerCase() === 'true'

const shape = (file: LibraryFile) => ({
  fileName: file.fileName,
  sha256: file.sha256,
  description: file.description,
  creationTime: new Date(file.createdAt).toISOString(),
  lastUpdatedTime: new Date(file.updatedAt).toISOString(),
  createdBy: file.createdBy,
  hasParameters: file.hasParameters,
  parametersDescription: file.parametersDescription,
})
