import type { Reply } from '#http/exchange.ts'

/** Hosts of the sign-in service in the real cloud: Graph answers for userinfo there. */
const REAL = /^https:\/\/(login\.microsoftonline\.com|login\.windows\.net|sts\.windows\.net)$/

/**
 * OpenID Connect discovery. Every URL has the origin that the client used, so that it stays on this host. For any tenant
 * (`common`, `organizations`) the issuer holds the place of the tenant's id.
 */
export const openIdConfiguration = (origin: string, tenant: string, version: 'v1' | 'v2'): Reply => {
  const base = `${origin}/${tenant}`
  const issuer = COMMON.has(tenant) ? '{tenantid}' : tenant
  const [path, keys] = version === 'v2' ? ['oauth2/v2.0', 'discovery/v2.0/keys'] : ['oauth2', 'discovery/keys']
  return {
    status: 200,
    headers: { 'cache-control': 'max-age=86400, private', 'access-control-allow-origin': '*' },
    body: {
      token_endpoint: `${base}/${path}/token`,
      token_endpoint_auth_methods_supported: [
        'client_secret_post',
        'private_key_jwt',
        'client_secret_basic',
        'self_signed_tls_client_auth',
      ],
      jwks_uri: `${base}/${keys}`,
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
      response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
      scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      issuer: version === 'v2' ? `${origin}/${issuer}/v2.0` : `https://sts.windows.net/${issuer}/`,
      request_uri_parameter_supported: false,
      userinfo_endpoint: `${REAL.test(origin) ? 'https://graph.microsoft.com' : origin}/oidc/userinfo`,
      authorization_endpoint: `${base}/${path}/authorize`,
      device_authorization_endpoint: `${base}/${path}/devicecode`,
      http_logout_supported: true,
      frontchannel_logout_supported: true,
      end_session_endpoint: `${base}/${path}/logout`,
      claims_supported: CLAIMS,
      kerberos_endpoint: `${base}/kerberos`,
      tenant_region_scope: COMMON.has(tenant) ? null : 'EU',
      cloud_instance_name: 'microsoftonline.com',
      cloud_graph_host_name: 'graph.windows.net',
      msgraph_host: 'graph.microsoft.com',
      rbac_url: 'https://pas.windows.net',
    },
  }
}

/** Names that stand for any tenant. */
export const COMMON: ReadonlySet<string> = new Set(['common', 'organizations'])

const CLAIMS =
  'sub iss cloud_instance_name cloud_instance_host_name cloud_graph_host_name msgraph_host aud exp iat auth_time acr nonce preferred_username name tid ver at_hash c_hash email'.split(
    ' ',
  )

/**
 * Instance discovery: which hosts are aliases of the client's authority. Here each host stands for itself. The tenant is
 * the one that the client's `authorization_endpoint` names.
 */
export const instanceDiscovery = (origin: string, authorizationEndpoint: string | undefined): Reply => {
  const { host } = new URL(origin)
  const asked = URL.canParse(authorizationEndpoint ?? '') ? new URL(authorizationEndpoint!).pathname.split('/')[1] : ''
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${origin}/${asked || 'common'}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  }
}
