/** The APIs that an application can be granted roles of: ids, audience and app roles as published for the worldwide cloud. */
export interface Resource {
  appId: string
  displayName: string
  /** `aud` of a token for it. */
  audience: string
  /** App role value to its id. */
  roles: Readonly<Record<string, string>>
}

export const GRAPH: Resource = {
  appId: '00000003-0000-0000-c000-000000000000',
  displayName: 'Microsoft Graph',
  audience: 'https://graph.microsoft.com',
  roles: {
    'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
    'AuditLog.Read.All': 'b0afded3-3588-46d8-8b3d-9842eff778da',
    'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
    'Mail.Read': '810c84a8-4a9e-49e6-bf7d-12d183f40d01',
    'Mail.ReadBasic.All': '693c5e45-0940-467d-9b8a-1022fb9d42ef',
    'Mail.ReadWrite': 'e2a3a72e-5f79-4c64-b1b1-878b674786c9',
    'Mail.Send': 'b633e1c5-b582-4048-a93e-9f11b44c7e96',
    'MailboxSettings.Read': '40f97065-369a-49f4-947c-6a255697ae91',
    'Organization.Read.All': '498476ce-e0fe-48b0-b801-37ba7e2685c6',
    'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
    'User.ReadBasic.All': '97235f07-e226-4f63-ace3-39588e11d3a1',
  },
}

export const MANAGEMENT: Resource = {
  appId: 'c5393580-f805-4401-95e8-94b7a6ef2fc2',
  displayName: 'Office 365 Management APIs',
  audience: 'https://manage.office.com',
  roles: {
    'ActivityFeed.Read': '594c1fb6-4f81-4475-ae41-0c394909246c',
    'ActivityFeed.ReadDlp': '4807a72c-ad38-4250-94c9-4eabfe26cd55',
    'ServiceHealth.Read': 'e2cea78f-e743-4d8f-a16a-75b629a038ae',
  },
}

export const RESOURCES: readonly Resource[] = [GRAPH, MANAGEMENT]

/** By audience or application id, however a client spells it (trailing slashes, case). */
export function findResource(identifier: string): Resource | undefined {
  const wanted = identifier.toLowerCase().replace(/\/+$/, '')
  return RESOURCES.find((r) => r.audience === wanted || r.appId === wanted || `api://${r.appId}` === wanted)
}

/** The resource that defines an app role. */
export const resourceOfRole = (role: string): Resource | undefined => RESOURCES.find((r) => role in r.roles)
