/** The APIs that an application can be granted roles of: ids, audience and app roles as published for the worldwide cloud. */
export interface Resource {
  appId: string
  displayName: string
  /** `aud` of a token for it. */
  audience: string
  /** Other names a client may ask for it by. */
  aliases?: readonly string[]
  /** App role value to its id. */
  roles: Readonly<Record<string, string>>
}

export const GRAPH: Resource = {
  appId: '00000003-0000-0000-c000-000000000000',
  displayName: 'Microsoft Graph',
  audience: 'https://graph.microsoft.com',
  roles: {
    'AgentIdUser.ReadWrite.All': 'd0ca41aa-9212-8ec6-8bee-d30600b82eda',
    'AgentIdUser.ReadWrite.IdentityParentedBy': 'b289933a-7ef7-c0d0-dedf-17468cb8aaf4',
    'AppRoleAssignment.ReadWrite.All': '06b708a9-e830-4db3-a914-8e69da51d44f',
    'Application.Read.All': '9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30',
    'Application.ReadWrite.All': '1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9',
    'Application.ReadWrite.OwnedBy': '18a4783c-866b-4cc7-a460-3d5e5662c884',
    'AuditLog.Read.All': 'b0afded3-3588-46d8-8b3d-9842eff778da',
    'AuditLogsQuery.Read.All': '5e1e9171-754d-478c-812c-f1755a9a4c2d',
    'Calendars.Read': '798ee544-9d2d-430c-a058-570e29e34338',
    'Calendars.ReadBasic.All': '8ba4a692-bc31-4128-9094-475872af8a53',
    'Calendars.ReadWrite': 'ef54d2bf-783f-4e0f-bca1-3210c0444d99',
    'DelegatedPermissionGrant.Read.All': '81b4724a-58aa-41c1-8a55-84ef97466587',
    'DelegatedPermissionGrant.ReadWrite.All': '8e8e4742-1d95-4f68-9d56-6ee75648c72a',
    'Device.Read.All': '7438b122-aefc-4978-80ed-43db9fcc7715',
    'Device.ReadWrite.All': '1138cb37-bd11-4084-a2b7-9f71582aeddb',
    'DeviceManagementApps.Read.All': '7a6ee1e7-141e-4cec-ae74-d9db155731ff',
    'DeviceManagementApps.ReadWrite.All': '78145de6-330d-4800-a6ce-494ff2d33d07',
    'DeviceManagementConfiguration.Read.All': 'dc377aa6-52d8-4e23-b271-2a7ae04cedf3',
    'DeviceManagementConfiguration.ReadWrite.All': '9241abd9-d0e6-425a-bd4f-47ba86e767a4',
    'DeviceManagementManagedDevices.Read.All': '2f51be20-0bb4-4fed-bf7b-db946066c75e',
    'DeviceManagementManagedDevices.ReadWrite.All': '243333ab-4d21-40cb-a475-36241daa0842',
    'DeviceManagementServiceConfig.Read.All': '06a5fe6d-c49d-46a7-b082-56b1b14103c7',
    'DeviceManagementServiceConfig.ReadWrite.All': '5ac13192-7ace-4fcf-b828-1a26f28068ee',
    'Directory.Read.All': '7ab1d382-f21e-4acd-a863-ba3e13f7da61',
    'Directory.ReadWrite.All': '19dbc75e-c2e2-444c-a770-ec69d8559fc7',
    'Domain.Read.All': 'dbb9058a-0e50-45d7-ae91-66909b5d4664',
    'Domain.ReadWrite.All': '7e05723c-0bb0-42da-be95-ae9f08a6e53c',
    'ExchangeMessageTrace.Read.All': '89b20d8a-76e2-4057-867b-9961f800b9a4',
    'Group-NestingSupport.ReadWrite.All': 'b4c7d8e9-f2a5-4b6c-9d8e-1f2a3b4c5d6e',
    'Group-PreferredDataLocation.ReadWrite.All': '603ce4e3-fb05-4b63-91ba-729bb1dca667',
    'Group-XTenantIdentitySync.Read.All': '35b96aac-d839-4362-abd4-7381f2b27ccd',
    'Group.Create': 'bf7b1a76-6e77-406b-b258-bf5c7720e98f',
    'Group.ManageProtection.All': '60f8cea0-2476-45c9-ab18-70e79e60ad14',
    'Group.Read.All': '5b567255-7703-4780-807c-7be8301ae99b',
    'Group.ReadBasic.All': '07d67222-3a10-4d3b-9ddc-b8aa43198a00',
    'Group.ReadWrite.All': '62a82d76-70ea-41e2-9197-370581804d09',
    'GroupMember.Read.All': '98830695-27a2-44f7-8c18-0c3ebc9698f6',
    'GroupMember.ReadBasic.All': '8222c640-cae5-4860-8d11-b32cfad95e03',
    'GroupMember.ReadWrite.All': 'dbaae8cf-10b5-4b86-a4a1-f871c94c6695',
    'IdentityRiskEvent.Read.All': '6e472fd1-ad78-48da-a0f0-97ab2c6b769e',
    'IdentityRiskEvent.ReadWrite.All': 'db06fb33-1953-4b7b-a2ac-f1e2c854f7ae',
    'IdentityRiskyServicePrincipal.Read.All': '607c7344-0eed-41e5-823a-9695ebe1b7b0',
    'IdentityRiskyUser.Read.All': 'dc5007c0-2d7d-4c42-879c-2dab87571379',
    'IdentityRiskyUser.ReadWrite.All': '656f6061-f9fe-4807-9708-6a2e0934df76',
    'LicenseAssignment.Read.All': 'e2f98668-2877-4f38-a2f4-8202e0717aa1',
    'Mail-Advanced.ReadWrite.All': 'e118f1da-5c1c-46cf-bff6-8858d786f46f',
    'Mail.Read': '810c84a8-4a9e-49e6-bf7d-12d183f40d01',
    'Mail.ReadBasic.All': '693c5e45-0940-467d-9b8a-1022fb9d42ef',
    'Mail.ReadWrite': 'e2a3a72e-5f79-4c64-b1b1-878b674786c9',
    'Mail.Send': 'b633e1c5-b582-4048-a93e-9f11b44c7e96',
    'MailboxSettings.Read': '40f97065-369a-49f4-947c-6a255697ae91',
    'MailboxSettings.ReadWrite': '6931bccd-447a-43d1-b442-00a195474933',
    'Organization.Read.All': '498476ce-e0fe-48b0-b801-37ba7e2685c6',
    'Organization.ReadWrite.All': '292d869f-3427-49a8-9dab-8c70152b74e9',
    'Policy.Read.All': '246dd0d5-5bd0-4def-940b-0421030a5b68',
    'Policy.Read.ConditionalAccess': '37730810-e9ba-4e46-b07e-8ca78d182097',
    'Policy.ReadWrite.ConditionalAccess': '01c0a623-fc9b-48e9-b794-0756f8e8f067',
    'Presence.Read.All': 'a70e0c2d-e793-494c-94c4-118fa0a67f42',
    'Presence.ReadWrite.All': '83cded22-8297-4ff6-a7fa-e97e9545a259',
    'ProfilePhoto.Read.All': 'e24d31aa-e1ab-4c80-85fe-23018690335d',
    'ProfilePhoto.ReadWrite.All': '27baa7f6-5dfb-4ba8-b1d3-1e812c143013',
    'Reports.Read.All': '230c1aed-a721-4c5d-9cb4-a90514e508ef',
    'RoleManagement.Read.All': 'c7fbd983-d9aa-4fa7-84b8-17382c103bc4',
    'RoleManagement.Read.Directory': '483bed4a-2ad3-4361-a73b-c83ccdbdc53c',
    'RoleManagement.ReadWrite.Directory': '9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8',
    'SecurityAlert.Read.All': '472e4a4d-bb4a-4026-98d1-0b0d74cb74a5',
    'SecurityAlert.ReadWrite.All': 'ed4fca05-be46-441f-9803-1873825f8fdb',
    'SecurityAnalyzedMessage.Read.All': 'b48f7ac2-044d-4281-b02f-75db744d6f5f',
    'SecurityAnalyzedMessage.ReadWrite.All': '04c55753-2244-4c25-87fc-704ab82a4f69',
    'SecurityEvents.Read.All': 'bf394140-e372-4bf9-a898-299cfc7564e5',
    'SecurityEvents.ReadWrite.All': 'd903a879-88e0-4c09-b0c9-82f6a1333f84',
    'SecurityIncident.Read.All': '45cc0394-e837-488b-a098-1918f48d186c',
    'SecurityIncident.ReadWrite.All': '34bf0e97-1971-4929-b999-9e2442d941d7',
    'ThreatHunting.Read.All': 'dd98c7f5-2d42-42d3-a0e4-633161547251',
    'ThreatSubmission.Read.All': '86632667-cd15-4845-ad89-48a88e8412e1',
    'ThreatSubmission.ReadWrite.All': 'd72bdbf4-a59b-405c-8b04-5995895819ac',
    'ThreatSubmissionPolicy.ReadWrite.All': '926a6798-b100-4a20-a22f-a4918f13951d',
    'User-Mail.ReadWrite.All': '280d0935-0796-47d1-8d26-273470a3f17a',
    'User-PasswordProfile.ReadWrite.All': 'cc117bb9-00cf-4eb8-b580-ea2a878fe8f7',
    'User-Phone.ReadWrite.All': '86ceff06-c822-49ff-989a-d912845ffe69',
    'User.DeleteRestore.All': 'eccc023d-eccf-4e7b-9683-8813ab36cecc',
    'User.EnableDisableAccount.All': '3011c876-62b7-4ada-afa2-506cbbecc68c',
    'User.ManageIdentities.All': 'c529cfca-c91b-489c-af2b-d92990b66ce6',
    'User.Read.All': 'df021288-bdef-4463-88db-98f22de89214',
    'User.ReadBasic.All': '97235f07-e226-4f63-ace3-39588e11d3a1',
    'User.ReadWrite.All': '741f803b-c850-494e-b5df-cde7c675a1ca',
    'User.ReadWrite.CrossCloud': '5652f862-b626-407b-a3e6-248aeb95763c',
    'User.RevokeSessions.All': '77f3a031-c388-4f99-b373-dc68676a979e',
    'UserAuthMethod-Email.Read.All': 'a1e58be0-1095-422b-b067-73434bd7d40f',
    'UserAuthMethod-Email.ReadWrite.All': 'e8ecb853-1435-4a49-95ba-ec5b31b11672',
    'UserAuthMethod-MicrosoftAuthApp.Read.All': 'a9c5f16e-e5ca-4e33-89ad-903fcfc01c23',
    'UserAuthMethod-MicrosoftAuthApp.ReadWrite.All': 'c833c349-a1ab-4b6d-94a2-fa9a8674420c',
    'UserAuthMethod-Passkey.Read.All': '72e00c1d-3e3d-43bb-a0b9-c435611bb1d2',
    'UserAuthMethod-Passkey.ReadWrite.All': '0400e371-7db1-4338-a269-96069eb65227',
    'UserAuthMethod-Password.Read.All': '8d2c17ff-b93d-40d5-9def-d843680509cb',
    'UserAuthMethod-Password.ReadWrite.All': 'f6d38dfd-ec08-4995-8f07-23e929df0936',
    'UserAuthMethod-Phone.Read.All': 'f529a223-ea70-43ec-b268-5012de2fbaa2',
    'UserAuthMethod-Phone.ReadWrite.All': '6e85d483-7092-4375-babe-0a94a8213a58',
    'UserAuthMethod-SoftwareOATH.Read.All': 'a6b423df-a0c8-411d-a809-a4a5985d2939',
    'UserAuthMethod-SoftwareOATH.ReadWrite.All': '787442d4-3c6e-4e99-aa95-8ccca20a48ff',
    'UserAuthMethod-TAP.Read.All': 'bf82209c-b22b-4747-ac88-a68be99032cf',
    'UserAuthMethod-TAP.ReadWrite.All': '627169a8-8c15-451c-861a-5b80e383de5c',
    'UserAuthMethod-WindowsHello.Read.All': '9b8dd4c7-8cca-4ef5-a34a-9c2c75fcc934',
    'UserAuthMethod-WindowsHello.ReadWrite.All': 'f14eee8a-713e-45aa-8223-2ab74632db1a',
    'UserAuthenticationMethod.Read.All': '38d9df27-64da-44fd-b7c5-a6fbac20248f',
    'UserAuthenticationMethod.ReadWrite.All': '50483e42-d915-4231-9639-7fdb7fd190e5',
    'eDiscovery.ReadWrite.All': 'b2620db1-3bf7-4c5b-9cb9-576d29eac736',
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

/** Exchange Online, its admin API and EWS. */
export const EXCHANGE: Resource = {
  appId: '00000002-0000-0ff1-ce00-000000000000',
  displayName: 'Office 365 Exchange Online',
  audience: 'https://outlook.office365.com',
  aliases: ['https://outlook.office.com'],
  roles: {
    'Exchange.ManageAsApp': 'dc50a0fb-09a3-484d-be87-e023b12c6440',
    // Its id is not published; this one is made up.
    'Exchange.ManageAsAppV2': 'e0000002-0000-4000-8000-000000000002',
    full_access_as_app: 'dc890d15-9560-4a4c-9b7f-a736ec74ec40',
    'ReportingWebService.Read.All': 'b4d5a5c7-c085-487f-b922-ef0d6ebde6b1',
    'IMAP.AccessAsApp': '5e5addcd-3e8d-4e90-baf5-964efab2b20a',
  },
}

/** Defender for Endpoint. */
export const DEFENDER: Resource = {
  appId: 'fc780465-2017-40d4-a0c5-307022471b92',
  displayName: 'WindowsDefenderATP',
  audience: 'https://api.securitycenter.microsoft.com',
  aliases: ['https://securitycenter.onmicrosoft.com/windowsatpservice'],
  roles: {
    'Machine.Read.All': 'ea8291d3-4b9a-44b5-bc3a-6cea3026dc79',
    'Machine.ReadWrite.All': 'aa027352-232b-4ed4-b963-a705fc4d6d2c',
    'Machine.Isolate': '7e4e1300-e1b9-4102-88ba-f0cb6e6d5974',
    'Machine.StopAndQuarantine': '96e72b5e-7e68-4171-aad1-3937599e4751',
    'Machine.LiveResponse': '1629b959-c0af-42a1-92f0-f6162060bdf1',
    'Machine.Scan': 'a86d9824-b2b6-45f8-b042-16bc4922ed4e',
    'Machine.RestrictExecution': '96b6b35d-074d-4e2d-b167-8d68d9269648',
    'Machine.CollectForensics': '15405ab2-2103-4a3c-ad80-e829841cedcc',
    'Machine.Offboard': '594435bf-36dd-4548-83bd-1bdafe157d7a',
    'Library.Manage': '41d209c7-2511-4fc9-b899-8008a3976f09',
    'File.Read.All': '8788f1a9-beca-4e26-ba58-10513f3b896f',
    'Ti.Read.All': '528ca142-c849-4a5b-935e-10b8b9c38a84',
    'Ti.ReadWrite': 'a8bc2240-f96a-46a1-bad5-6a960b7327a1',
    'Ti.ReadWrite.All': 'fc511a58-3adf-4d71-af24-00f13e35e479',
    'Alert.Read.All': '71fe6b80-7034-4028-9ed8-0f316df9c3ff',
    'Alert.ReadWrite.All': '0f7000ec-157b-497f-b70e-ef0b0584f140',
    'AdvancedQuery.Read.All': '93489bf5-0fbc-4f2d-b901-33f2fe08ff05',
  },
}

/** Defender for Cloud Apps. Its role ids are not published; these are made up. */
export const CLOUD_APPS: Resource = {
  appId: '05a65629-4c1b-48c1-a78b-804c4abdd4af',
  displayName: 'Microsoft Cloud App Security',
  audience: '05a65629-4c1b-48c1-a78b-804c4abdd4af',
  roles: {
    'Investigation.Read': 'e05a6562-0000-4000-8000-000000000001',
    'Investigation.Manage': 'e05a6562-0000-4000-8000-000000000002',
  },
}

/** Azure Resource Manager: what a caller may do there is decided by role assignments on subscriptions, not by app roles. */
export const AZURE: Resource = {
  appId: '797f4846-ba00-4fd7-ba43-dac1f8f63013',
  displayName: 'Windows Azure Service Management API',
  audience: 'https://management.azure.com',
  aliases: ['https://management.core.windows.net'],
  roles: {},
}

/** Event Hubs: role assignments again. */
export const EVENT_HUBS: Resource = {
  appId: '80369ed6-5f11-4dd9-bef3-692475845e77',
  displayName: 'Microsoft.EventHubs',
  audience: 'https://eventhubs.azure.net',
  roles: {},
}

export const RESOURCES: readonly Resource[] = [GRAPH, MANAGEMENT, EXCHANGE, DEFENDER, CLOUD_APPS, AZURE, EVENT_HUBS]

/** By audience or application id, however a client spells it (trailing slashes, case). */
export function findResource(identifier: string): Resource | undefined {
  const wanted = identifier.toLowerCase().replace(/\/+$/, '')
  return RESOURCES.find(({ appId, audience, aliases = [] }) =>
    [audience, appId, `api://${appId}`, ...aliases].includes(wanted),
  )
}

/** The resource that defines an app role. */
export const resourceOfRole = (role: string): Resource | undefined => RESOURCES.find((r) => role in r.roles)
