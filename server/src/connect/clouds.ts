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
  /** How host names of Defender for Cloud Apps end, which has an address for every tenant; none where it is not offered. */
  portals: readonly string[]
  /** How host names of Azure's blob storage end, where Defender for Endpoint puts what it hands out by link; none where it is not offered. */
  storage: readonly string[]
  /** How host names of Event Hubs namespaces end; absent where the cloud has none. */
  eventHubs?: string
  /** Where all of them are reached, in place of the hosts that they have: https, with a port. */
  eventHubsEndpoint?: string
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
  'exchange-admin': 'Office 365 Exchange Online',
  'defender-endpoint': 'WindowsDefenderATP',
  'cloud-apps': 'Microsoft Cloud App Security',
  azure: 'Azure Service Management',
  'event-hubs': 'Microsoft.EventHubs',
}

/** The application ID of Defender for Cloud Apps, which is what its tokens are asked for in every cloud. */
const CLOUD_APPS_AUDIENCE = '05a65629-4c1b-48c1-a78b-804c4abdd4af'
const EVENT_HUBS_AUDIENCE = 'https://eventhubs.azure.net'
/** Defender's tokens are asked for at its older host wherever requests go. */
const DEFENDER_AUDIENCE = 'https://api.securitycenter.microsoft.com'

/**
 * Microsoft's clouds. China has no Management Activity API, no Defender for Endpoint and no Defender for Cloud Apps.
 * Source: Microsoft's national cloud deployment pages.
 */
export const CLOUDS: readonly Cloud[] = [
  microsoftCloud({
    name: 'worldwide',
    title: 'Microsoft 365 worldwide',
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    management: 'https://manage.office.com',
    exchange: 'https://outlook.office365.com',
    azure: 'https://management.azure.com',
    defender: 'https://api.security.microsoft.com',
    portals: ['.portal.cloudappsecurity.com'],
    storage: ['.blob.core.windows.net'],
    eventHubs: '.servicebus.windows.net',
  }),
  microsoftCloud({
    name: 'gcc',
    title: 'Microsoft 365 US Government GCC',
    login: 'https://login.microsoftonline.com',
    graph: 'https://graph.microsoft.com',
    management: 'https://manage-gcc.office.com',
    exchange: 'https://outlook.office365.com',
    azure: 'https://management.azure.com',
    defender: 'https://api-gcc.securitycenter.microsoft.us',
    portals: ['.portal.cloudappsecurity.com', '.portal.cloudappsecurity.us'],
    storage: ['.blob.core.windows.net', '.blob.core.usgovcloudapi.net'],
    eventHubs: '.servicebus.windows.net',
  }),
  microsoftCloud({
    name: 'gcc-high',
    title: 'Microsoft 365 US Government GCC High',
    login: 'https://login.microsoftonline.us',
    graph: 'https://graph.microsoft.us',
    management: 'https://manage.office365.us',
    exchange: 'https://outlook.office365.us',
    azure: 'https://management.usgovcloudapi.net',
    defender: 'https://api-gov.securitycenter.microsoft.us',
    portals: ['.portal.cloudappsecurity.us'],
    storage: ['.blob.core.usgovcloudapi.net'],
    eventHubs: '.servicebus.usgovcloudapi.net',
  }),
  microsoftCloud({
    name: 'dod',
    title: 'Microsoft 365 US Government DoD',
    login: 'https://login.microsoftonline.us',
    graph: 'https://dod-graph.microsoft.us',
    management: 'https://manage.protection.apps.mil',
    exchange: 'https://outlook-dod.office365.us',
    azure: 'https://management.usgovcloudapi.net',
    defender: 'https://api-gov.securitycenter.microsoft.us',
    portals: ['.portal.cloudappsecurity.us'],
    storage: ['.blob.core.usgovcloudapi.net'],
    eventHubs: '.servicebus.usgovcloudapi.net',
  }),
  microsoftCloud({
    name: 'china',
    title: 'Microsoft 365 operated by 21Vianet',
    login: 'https://login.partner.microsoftonline.cn',
    graph: 'https://microsoftgraph.chinacloudapi.cn',
    exchange: 'https://partner.outlook.cn',
    azure: 'https://management.chinacloudapi.cn',
    eventHubs: '.servicebus.chinacloudapi.cn',
  }),
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

const CloudFields = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'Expected lower-case letters, digits and dashes.'),
  title: z.string().min(1),
  /** Where every service is that is not named below. */
  origin: Origin.optional(),
  login: Origin.optional(),
  graph: Origin.optional(),
  management: Origin.optional(),
  exchange: Origin.optional(),
  azure: Origin.optional(),
  defender: Origin.optional(),
  cloudApps: Origin.optional(),
  /** Host names of Event Hubs namespaces end so. */
  eventHubs: z.string().min(1).optional(),
  /** Where all of them are reached. */
  eventHubsEndpoint: Origin.optional(),
  graphAudience: z.url().default('https://graph.microsoft.com'),
  managementAudience: z.url().default('https://manage.office.com'),
  exchangeAudience: z.url().default('https://outlook.office365.com'),
  azureAudience: z.url().default('https://management.azure.com'),
  /** Relative to the cloud file. */
  caFile: z.string().optional(),
})

const CloudFile = CloudFields.transform(({ origin, ...file }, context) => {
  const { login = origin, graph = origin } = file
  if (login === undefined || graph === undefined) {
    context.addIssue('Expected login and graph, or origin for all services.')
    return z.NEVER
  }
  const host = origin && new URL(origin).hostname
  const all = {
    management: origin,
    exchange: origin,
    azure: origin,
    defender: origin,
    cloudApps: origin,
    eventHubs: host,
  }
  return { ...all, ...file, login, graph }
})

/**
 * The cloud that a JSON file describes: `name`, `title`, one https `origin` for all services or one each (`login`, `graph`, and
 * where it has them `management`, `exchange`, `azure`, `defender`, `cloudApps`), `eventHubs` (how host names of namespaces end)
 * and `eventHubsEndpoint` (where they are reached), and `caFile` with the PEM of its authority.
 *
 * @throws AppError CONFIG_VALUE_INVALID naming every problem of the file.
 */
export async function loadCloudFile(path: string): Promise<Cloud> {
  try {
    const file = CloudFile.parse(JSON.parse(await readFile(path, 'utf8')))
    const { name, title, login, graph, management, exchange, azure, defender, cloudApps, eventHubs } = file
    return {
      name,
      title,
      login,
      apis: {
        graph: { origin: graph, audience: file.graphAudience },
        ...(management && { 'management-activity': { origin: management, audience: file.managementAudience } }),
        ...(exchange && { 'exchange-admin': { origin: exchange, audience: file.exchangeAudience } }),
        ...(azure && { azure: { origin: azure, audience: file.azureAudience } }),
        ...(defender && { 'defender-endpoint': { origin: defender, audience: DEFENDER_AUDIENCE } }),
        ...(cloudApps && { 'cloud-apps': { origin: cloudApps, audience: CLOUD_APPS_AUDIENCE } }),
        ...(eventHubs && { 'event-hubs': { origin: login, audience: EVENT_HUBS_AUDIENCE } }),
      },
      portals: cloudApps ? [new URL(cloudApps).hostname] : [],
      storage: [],
      ...(eventHubs && { eventHubs }),
      ...(file.eventHubsEndpoint && { eventHubsEndpoint: file.eventHubsEndpoint }),
      ...(file.caFile && { ca: await readFile(resolve(dirname(path), file.caFile), 'utf8') }),
    }
  } catch (error) {
    throw new AppError({
      code: 'CONFIG_VALUE_INVALID',
      what: `Could not use the cloud file ${path}.`,
      why:
        error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error),
      fix: 'Correct the file that CORDON_CLOUD_FILE names: name, title, origin or login, graph, … (https origins), caFile.',
      cause: error,
    })
  }
}

/**
 * `cloud` for a connection whose Defender for Cloud Apps is at `portalUrl` (Settings > Cloud apps > About shows it). Every tenant
 * has one of its own, and tokens go there, so it has to be one of Microsoft's.
 *
 * @throws AppError CONNECT_ADDRESS_REFUSED.
 */
export function withCloudAppsPortal(cloud: Cloud, portalUrl: string): Cloud {
  const url = URL.canParse(portalUrl) ? new URL(portalUrl) : undefined
  const isMicrosofts = url?.protocol === 'https:' && cloud.portals.some((end) => url.hostname.endsWith(end))
  if (isMicrosofts) {
    return { ...cloud, apis: { ...cloud.apis, 'cloud-apps': { origin: url.origin, audience: CLOUD_APPS_AUDIENCE } } }
  }
  throw new AppError({
    code: 'CONNECT_ADDRESS_REFUSED',
    what: 'The address of Defender for Cloud Apps cannot be used.',
    why: cloud.portals.length
      ? `${portalUrl} is not an https address whose host ends in ${cloud.portals.join(' or ')}.`
      : `${cloud.title} does not offer Defender for Cloud Apps.`,
    fix: 'Copy it from https://security.microsoft.com > Settings > Cloud apps > About > API URL, or leave it out.',
  })
}

interface Addresses {
  name: string
  title: string
  login: string
  graph: string
  management?: string
  exchange: string
  azure: string
  defender?: string
  portals?: string[]
  storage?: string[]
  eventHubs: string
}

function microsoftCloud(addresses: Addresses): Cloud {
  const {
    name,
    title,
    login,
    graph,
    management,
    exchange,
    azure,
    defender,
    portals = [],
    storage = [],
    eventHubs,
  } = addresses
  return {
    name,
    title,
    login,
    apis: {
      graph: { origin: graph, audience: graph },
      ...(management && { 'management-activity': { origin: management, audience: management } }),
      'exchange-admin': { origin: exchange, audience: exchange },
      azure: { origin: azure, audience: azure },
      ...(defender && { 'defender-endpoint': { origin: defender, audience: DEFENDER_AUDIENCE } }),
      'event-hubs': { origin: login, audience: EVENT_HUBS_AUDIENCE },
    },
    portals,
    storage,
    eventHubs,
  }
}
