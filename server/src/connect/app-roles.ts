import { RESOURCE_TITLES } from './clouds.ts'
import type { MicrosoftApi } from './microsoft.ts'

/** Application IDs of the APIs that hold app roles, the same in every cloud; Azure and Event Hubs go by roles of Azure instead. */
const RESOURCE_APP_IDS: Partial<Record<MicrosoftApi, string>> = {
  graph: '00000003-0000-0000-c000-000000000000',
  'management-activity': 'c5393580-f805-4401-95e8-94b7a6ef2fc2',
  'exchange-admin': '00000002-0000-0ff1-ce00-000000000000',
  'defender-endpoint': 'fc780465-2017-40d4-a0c5-307022471b92',
  'cloud-apps': '05a65629-4c1b-48c1-a78b-804c4abdd4af',
}

/**
 * Ids of app roles, which scripts and manifests take instead of names. Source: Microsoft Graph permissions reference, and the
 * appRoles of each API's service principal. Defender for Cloud Apps publishes none: its role is looked up by name.
 */
const ROLE_IDS: Partial<Record<MicrosoftApi, Readonly<Record<string, string>>>> = {
  graph: {
    'AppRoleAssignment.ReadWrite.All': '06b708a9-e830-4db3-a914-8e69da51d44f',
    'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
    'Application.ReadWrite.All': '1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9',
    'AuditLog.Read.All': 'b0afded3-3588-46d8-8b3d-9842eff778da',
    'Calendars.Read': '798ee544-9d2d-430c-a058-570e29e34338',
    'Calendars.ReadWrite': 'ef54d2bf-783f-4e0f-bca1-3210c0444d99',
    'DelegatedPermissionGrant.ReadWrite.All': '8e8e4742-1d95-4f68-9d56-6ee75648c72a',
    'Device.Read.All': '7438b122-aefc-4978-80ed-43db9fcc7715',
    'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
    'ExchangeMessageTrace.Read.All': '89b20d8a-76e2-4057-867b-9961f800b9a4',
    'Group.Read.All': '5b567255-7703-4780-807c-7be8301ae99b',
    'GroupMember.Read.All': '98830695-27a2-44f7-8c18-0c3ebc9698f6',
    'IdentityRiskEvent.Read.All': '6e472fd1-ad78-48da-a0f0-97ab2c6b769e',
    'IdentityRiskyUser.Read.All': 'dc5007c0-2d7d-4c42-879c-2dab87571379',
    'IdentityRiskyUser.ReadWrite.All': '656f6061-f9fe-4807-9708-6a2e0934df76',
    'Mail-Advanced.ReadWrite.All': 'e118f1da-5c1c-46cf-bff6-8858d786f46f',
    'Mail.Read': '810c84a8-4a9e-49e6-bf7d-12d183f40d01',
    'Mail.ReadWrite': 'e2a3a72e-5f79-4c64-b1b1-878b674786c9',
    'MailboxSettings.Read': '40f97065-369a-49f4-947c-6a255697ae91',
    'MailboxSettings.ReadWrite': '6931bccd-447a-43d1-b442-00a195474933',
    'Policy.Read.All': '246dd0d5-5bd0-4def-940b-0421030a5b68',
    'Policy.ReadWrite.ConditionalAccess': '01c0a623-fc9b-48e9-b794-0756f8e8f067',
    'Presence.Read.All': 'a70e0c2d-e793-494c-94c4-118fa0a67f42',
    'RoleManagement.Read.Directory': '483bed4a-2ad3-4361-a73b-c83ccdbdc53c',
    'SecurityAlert.Read.All': '472e4a4d-bb4a-4026-98d1-0b0d74cb74a5',
    'SecurityAnalyzedMessage.Read.All': 'b48f7ac2-044d-4281-b02f-75db744d6f5f',
    'SecurityAnalyzedMessage.ReadWrite.All': '04c55753-2244-4c25-87fc-704ab82a4f69',
    'SecurityIncident.Read.All': '45cc0394-e837-488b-a098-1918f48d186c',
    'ThreatHunting.Read.All': 'dd98c7f5-2d42-42d3-a0e4-633161547251',
    'ThreatSubmission.Read.All': '86632667-cd15-4845-ad89-48a88e8412e1',
    'ThreatSubmission.ReadWrite.All': 'd72bdbf4-a59b-405c-8b04-5995895819ac',
    'User-PasswordProfile.ReadWrite.All': 'cc117bb9-00cf-4eb8-b580-ea2a878fe8f7',
    'User.EnableDisableAccount.All': '3011c876-62b7-4ada-afa2-506cbbecc68c',
    'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
    'User.RevokeSessions.All': '77f3a031-c388-4f99-b373-dc68676a979e',
    'UserAuthenticationMethod.Read.All': '38d9df27-64da-44fd-b7c5-a6fbac20248f',
  },
  'management-activity': {
    'ActivityFeed.Read': '594c1fb6-4f81-4475-ae41-0c394909246c',
    'ActivityFeed.ReadDlp': '4807a72c-ad38-4250-94c9-4eabfe26cd55',
  },
  'defender-endpoint': {
    'Machine.Isolate': '7e4e1300-e1b9-4102-88ba-f0cb6e6d5974',
    'Machine.LiveResponse': '1629b959-c0af-42a1-92f0-f6162060bdf1',
    'Machine.Read.All': 'ea8291d3-4b9a-44b5-bc3a-6cea3026dc79',
    'Machine.Scan': 'a86d9824-b2b6-45f8-b042-16bc4922ed4e',
    'Ti.ReadWrite.All': 'fc511a58-3adf-4d71-af24-00f13e35e479',
  },
  'exchange-admin': { 'Exchange.ManageAsApp': 'dc50a0fb-09a3-484d-be87-e023b12c6440' },
}

/** An app role as scripts name it: the API's application, and the role's id where Microsoft publishes one. */
export interface AppRole {
  resourceAppId: string
  roleId?: string
}

/** The app role of a permission; undefined where the API has none: access is given in Azure there. */
export function appRoleOf(resource: string, permission: string): AppRole | undefined {
  const [api] = Object.entries(RESOURCE_TITLES).find(([, title]) => title === resource) ?? []
  const resourceAppId = RESOURCE_APP_IDS[api as MicrosoftApi]
  const roleId = ROLE_IDS[api as MicrosoftApi]?.[permission]
  return resourceAppId === undefined ? undefined : { resourceAppId, ...(roleId !== undefined && { roleId }) }
}
