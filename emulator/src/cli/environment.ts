import type { EmulatedTenant } from '#index.ts'

import type { Running } from './running.ts'

/** What a client has to be told so that it talks to the emulator: environment variables, and what no variable can say. */
export interface Environment {
  variables: Record<string, string>
  /** For the person: what to set in code, or to call. */
  notes: string[]
}

export type Application = EmulatedTenant['applications'][0]

type Make = (running: Running, tenant: EmulatedTenant, application: Application) => Environment

const trusted = ({ caFile }: Running) => ({ NODE_EXTRA_CA_CERTS: caFile })

/** For clients whose host names are fixed in their code. */
const proxied = ({ proxyUrl }: Running): Record<string, string> =>
  proxyUrl === undefined ? {} : { HTTPS_PROXY: proxyUrl, NO_PROXY: '127.0.0.1,localhost' }

const withoutProxy = ({ proxyUrl }: Running) =>
  proxyUrl === undefined ? ['The proxy is off: start the emulator without --proxy-port off.'] : []

const credentials = (tenant: EmulatedTenant, application: Application) => ({
  AZURE_TENANT_ID: tenant.id,
  AZURE_CLIENT_ID: application.clientId,
  AZURE_CLIENT_SECRET: application.secret,
})

const hostOf = ({ url }: Running) => new URL(url).host

export const ENVIRONMENTS = {
  msal: (running, tenant, application) => ({
    variables: { ...trusted(running), ...credentials(tenant, application), AZURE_AUTHORITY_HOST: running.url },
    notes: [
      `auth: { clientId, clientSecret, authority: '${running.url}/${tenant.id}', knownAuthorities: ['${hostOf(running)}'] }`,
    ],
  }),
  azure: (running, tenant, application) => ({
    variables: { ...trusted(running), ...credentials(tenant, application), AZURE_AUTHORITY_HOST: running.url },
    notes: ['new EnvironmentCredential({ disableInstanceDiscovery: true })'],
  }),
  graph: (running, tenant, application) => ({
    variables: {
      ...trusted(running),
      ...credentials(tenant, application),
      AZURE_AUTHORITY_HOST: running.url,
      GRAPH_URL: `${running.url}/`,
    },
    notes: [
      "Client.initWithMiddleware({ baseUrl: process.env.GRAPH_URL, customHosts: new Set(['127.0.0.1']), authProvider })",
    ],
  }),
  m365: (running, tenant, application) => ({
    variables: { ...trusted(running), ...proxied(running), NODE_USE_ENV_PROXY: '1' },
    notes: [
      `m365 login --authType secret --tenant ${tenant.id} --appId ${application.clientId} --secret '${application.secret}'`,
      ...withoutProxy(running),
    ],
  }),
  az: (running, tenant, application) => ({
    variables: { REQUESTS_CA_BUNDLE: running.caFile, ...proxied(running), AZURE_CORE_COLLECT_TELEMETRY: 'false' },
    notes: [
      `az login --service-principal --allow-no-subscriptions --tenant ${tenant.id} --username ${application.clientId} --password '${application.secret}'`,
      ...withoutProxy(running),
    ],
  }),
  node: (running) => ({
    variables: { ...trusted(running), ...proxied(running), NODE_USE_ENV_PROXY: '1' },
    notes: withoutProxy(running),
  }),
  python: (running, tenant, application) => ({
    variables: {
      REQUESTS_CA_BUNDLE: running.caFile,
      SSL_CERT_FILE: running.caFile,
      ...proxied(running),
      ...credentials(tenant, application),
      AZURE_AUTHORITY_HOST: running.url,
    },
    notes: [
      `msal.ConfidentialClientApplication(id, client_credential=secret, authority='${running.url}/${tenant.id}', instance_discovery=False)`,
      ...withoutProxy(running),
    ],
  }),
} as const satisfies Record<string, Make>

export type ClientName = keyof typeof ENVIRONMENTS

/** As a shell reads it. */
export const toShell = ({ variables, notes }: Environment): string =>
  [
    ...Object.entries(variables).map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`),
    ...notes.map((note) => `# ${note}`),
  ].join('\n')
