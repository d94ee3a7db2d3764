import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

import { z } from 'zod'

import { AppError } from '#domain/errors.ts'

import type { MicrosoftApi } from './microsoft.ts'

/**
 * Microsoft runs several separate clouds: the same services at other addresses, with other audiences in their tokens.
 * A connection names one. The cloud file of the configuration adds one more, with its own certificate authority: that is
 * how an emulated cloud is reached.
 */
export interface Cloud {
  name: string
  title: string
  /** Origin of Entra's sign-in service, the only place where a credential is ever sent. */
  login: string
  /** What the cloud offers; an API it lacks is absent. */
  apis: Partial<Record<MicrosoftApi, CloudApi>>
  /** PEM of the only authority trusted for this cloud; the machine's own list when absent. */
  ca?: string
}

export interface CloudApi {
  /** The only origin that gets tokens of this API. */
  origin: string
  /** What a token is asked for, without `/.default`. */
  audience: string
}

/** Names in Microsoft's own words, as the permissions page of an app registration shows them. */
export const RESOURCE_TITLES: Record<MicrosoftApi, string> = {
  graph: 'Microsoft Graph',
  'management-activity': 'Office 365 Management APIs',
}

/** Microsoft's clouds. China has no Management Activity API. Source: Microsoft's national cloud deployment pages. */
export const CLOUDS: readonly Cloud[] = [
  microsoftCloud(
    'worldwide',
    'Microsoft 365 worldwide',
    'https://login.microsoftonline.com',
    'https://graph.microsoft.com',
    'https://manage.office.com',
  ),
  microsoftCloud(
    'gcc',
    'Microsoft 365 US Government GCC',
    'https://login.microsoftonline.com',
    'https://graph.microsoft.com',
    'https://manage-gcc.office.com',
  ),
  microsoftCloud(
    'gcc-high',
    'Microsoft 365 US Government GCC High',
    'https://login.microsoftonline.us',
    'https://graph.microsoft.us',
    'https://manage.office365.us',
  ),
  microsoftCloud(
    'dod',
    'Microsoft 365 US Government DoD',
    'https://login.microsoftonline.us',
    'https://dod-graph.microsoft.us',
    'https://manage.protection.apps.mil',
  ),
  microsoftCloud(
    'china',
    'Microsoft 365 operated by 21Vianet',
    'https://login.partner.microsoftonline.cn',
    'https://microsoftgraph.chinacloudapi.cn',
  ),
]

/** The cloud called `name`. @throws AppError CONNECT_CLOUD_UNKNOWN, listing the names there are. */
export function findCloud(name: string, clouds: readonly Cloud[] = CLOUDS): Cloud {
  const cloud = clouds.find((candidate) => candidate.name === name)
  if (cloud) return cloud
  throw new AppError({
    code: 'CONNECT_CLOUD_UNKNOWN',
    what: `Could not find the cloud "${name}".`,
    why: `The clouds are: ${clouds.map((candidate) => candidate.name).join(', ')}.`,
    fix: 'Choose one of these, or add a cloud with CORDON_CLOUD_FILE.',
  })
}

const Origin = z.url({ protocol: /^https$/ }).transform((value, context) => {
  const url = new URL(value)
  if (url.pathname === '/' && url.search === '' && url.username === '') return url.origin
  context.addIssue('Expected an origin alone, such as https://127.0.0.1:8443.')
  return z.NEVER
})

const CloudFile = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'Expected lower-case letters, digits and dashes.'),
  title: z.string().min(1),
  login: Origin,
  graph: Origin,
  management: Origin.optional(),
  graphAudience: z.url().default('https://graph.microsoft.com'),
  managementAudience: z.url().default('https://manage.office.com'),
  /** Relative to the cloud file. */
  caFile: z.string().optional(),
})

/**
 * The cloud that a JSON file describes: `name`, `title`, the https origins `login`, `graph`, `management`, and `caFile`
 * with the PEM of its authority.
 *
 * @throws AppError CONFIG_VALUE_INVALID naming every problem of the file.
 */
export async function loadCloudFile(path: string): Promise<Cloud> {
  try {
    const file = CloudFile.parse(JSON.parse(await readFile(path, 'utf8')))
    const { name, title, login, graph, management } = file
    return {
      name,
      title,
      login,
      apis: {
        graph: { origin: graph, audience: file.graphAudience },
        ...(management && { 'management-activity': { origin: management, audience: file.managementAudience } }),
      },
      ...(file.caFile && { ca: await readFile(resolve(dirname(path), file.caFile), 'utf8') }),
    }
  } catch (error) {
    throw new AppError({
      code: 'CONFIG_VALUE_INVALID',
      what: `Could not use the cloud file ${path}.`,
      why:
        error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error),
      fix: 'Correct the file that CORDON_CLOUD_FILE names: name, title, login, graph, management (https origins), caFile.',
      cause: error,
    })
  }
}

function microsoftCloud(name: string, title: string, login: string, graph: string, management?: string): Cloud {
  return {
    name,
    title,
    login,
    apis: {
      graph: { origin: graph, audience: graph },
      ...(management && { 'management-activity': { origin: management, audience: management } }),
    },
  }
}
