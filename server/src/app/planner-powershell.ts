import type { Cloud } from '#connect/clouds.ts'

import type { PlannedRegistration } from './planner.ts'
import { notes } from './planner-azure-cli.ts'

/** Names of the clouds in the Microsoft Graph module; the worldwide one where there is none. */
const ENVIRONMENTS: Readonly<Record<string, string>> = { 'gcc-high': 'USGov', dod: 'USGovDoD', china: 'China' }

type Plan = Pick<PlannedRegistration, 'name' | 'permissions' | 'requirements'>

/** The same as {@link azureCliScript} for PowerShell and the Microsoft Graph module. */
export function powershellScript({ name, permissions, requirements }: Plan, cloud: Cloud): string {
  const of = (kind: string) => requirements.filter((requirement) => requirement.kind === kind)
  const lines = [
    '# Registers an application for Cordon. Run it as an administrator who may consent: ./cordon.ps1 [-Certificate certificate.pem]',
    'param([string]$Certificate)',
    "$ErrorActionPreference = 'Stop'",
    `Connect-MgGraph -NoWelcome -Environment ${ENVIRONMENTS[cloud.name] ?? 'Global'} -Scopes Application.ReadWrite.All, AppRoleAssignment.ReadWrite.All, RoleManagement.ReadWrite.Directory`,
    '',
    `$name = ${quote(name)}`,
    '$app = Get-MgApplication -Filter "displayName eq \'$($name -replace "\'", "\'\'")\'" | Select-Object -First 1',
    "if (-not $app) { $app = New-MgApplication -DisplayName $name -SignInAudience 'AzureADMyOrg' }",
    'function Get-Principal([string]$AppId) {',
    '  $found = Get-MgServicePrincipal -Filter "appId eq \'$AppId\'"',
    '  if ($found) { $found } else { New-MgServicePrincipal -AppId $AppId }',
    '}',
    '$principal = Get-Principal $app.AppId',
    '',
    '# What is needed, by the application ID of the API; its roles are found by name.',
    '$wanted = [ordered]@{',
    ...byResource(permissions).map(
      ([resourceAppId, group]) =>
        `  '${resourceAppId}' = @(${group.map(({ permission }) => `'${permission}'`).join(', ')}) # ${group[0]!.resource}`,
    ),
    '}',
    ...of('service-principal').flatMap(({ id, why }) => [`# ${why}`, `[void](Get-Principal '${id}')`]),
    '$access = @()',
    '$held = Get-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -All',
    'foreach ($appId in $wanted.Keys) {',
    '  $resource = Get-Principal $appId',
    '  $roles = foreach ($value in $wanted[$appId]) {',
    '    $role = $resource.AppRoles | Where-Object Value -EQ $value',
    '    if (-not $role) { throw "The API $($resource.DisplayName) has no permission $value in this tenant." }',
    '    $role',
    '  }',
    "  $access += @{ ResourceAppId = $appId; ResourceAccess = @($roles | ForEach-Object { @{ Id = $_.Id; Type = 'Role' } }) }",
    '  foreach ($role in $roles | Where-Object { $held.AppRoleId -notcontains $_.Id }) {',
    '    [void](New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $principal.Id -PrincipalId $principal.Id -ResourceId $resource.Id -AppRoleId $role.Id)',
    '  }',
    '}',
    'Update-MgApplication -ApplicationId $app.Id -RequiredResourceAccess $access',
    ...of('directory-role').flatMap(({ name: role, id, why }) => [
      '',
      `# ${role}: ${why}`,
      `if (-not (Get-MgRoleManagementDirectoryRoleAssignment -Filter "principalId eq '$($principal.Id)' and roleDefinitionId eq '${id ?? '<template id>'}'")) {`,
      `  [void](New-MgRoleManagementDirectoryRoleAssignment -PrincipalId $principal.Id -RoleDefinitionId '${id ?? '<template id>'}' -DirectoryScopeId '/')`,
      '}',
    ]),
    ...of('azure-role').flatMap(({ name: role, why }) => [
      '',
      `# ${role}: ${why}`,
      `# For each subscription: New-AzRoleAssignment -ApplicationId $app.AppId -RoleDefinitionName ${quote(role)} -Scope /subscriptions/<subscription ID>`,
    ]),
    ...notes(requirements),
    '',
    'if ($Certificate) {',
    '  $key = [Security.Cryptography.X509Certificates.X509Certificate2]::new((Resolve-Path $Certificate).Path)',
    "  $new = @{ Type = 'AsymmetricX509Cert'; Usage = 'Verify'; Key = $key.RawData; DisplayName = $key.Subject }",
    '  Update-MgApplication -ApplicationId $app.Id -KeyCredentials (@($app.KeyCredentials) + $new | Where-Object { $_ })',
    '}',
    '"Application (client) ID: $($app.AppId)"',
    '"Directory (tenant) ID:   $((Get-MgContext).TenantId)"',
  ]
  return `${lines.join('\n')}\n`
}

function byResource(permissions: Plan['permissions']): [string, Plan['permissions']][] {
  const groups = new Map<string, Plan['permissions']>()
  for (const permission of permissions) {
    groups.set(permission.resourceAppId, [...(groups.get(permission.resourceAppId) ?? []), permission])
  }
  return [...groups]
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
