import type { Cloud } from '#connect/clouds.ts'

import type { PlannedRegistration } from './planner.ts'

/** Names of the clouds in the Azure CLI; the worldwide one where there is none. */
const CLOUD_NAMES: Readonly<Record<string, string>> = {
  'gcc-high': 'AzureUSGovernment',
  dod: 'AzureUSGovernment',
  china: 'AzureChinaCloud',
}

type Plan = Pick<PlannedRegistration, 'name' | 'permissions' | 'requirements'>

/**
 * A script for bash and the Azure CLI: makes the registration, its service principal, every permission with consent, directory
 * roles and service principals of Microsoft's. Run again it adds what is missing.
 */
export function azureCliScript({ name, permissions, requirements }: Plan, cloud: Cloud): string {
  const graph = cloud.apis.graph?.origin ?? 'https://graph.microsoft.com'
  const cloudName = CLOUD_NAMES[cloud.name] ?? 'AzureCloud'
  const of = (kind: string) => requirements.filter((requirement) => requirement.kind === kind)
  const lines = [
    '#!/usr/bin/env bash',
    '# Registers an application for Cordon. Run it as an administrator who may consent: bash cordon.sh [certificate.pem]',
    'set -euo pipefail',
    `az cloud set --name ${cloudName}`,
    'az account show --output none 2>/dev/null || az login --allow-no-subscriptions --output none',
    `GRAPH=${graph}`,
    '',
    `APP=$(az ad app list --filter ${quote(`displayName eq '${name.replaceAll("'", "''")}'`)} --query '[0].appId' --output tsv)`,
    `[ -n "$APP" ] || APP=$(az ad app create --display-name ${quote(name)} --sign-in-audience AzureADMyOrg --query appId --output tsv)`,
    'principal_of() { az ad sp show --id "$1" --query id --output tsv 2>/dev/null || az ad sp create --id "$1" --query id --output tsv; }',
    'PRINCIPAL=$(principal_of "$APP")',
    '',
    '# permit <application ID of the API> <permission>: adds it to the registration and consents to it.',
    'permit() {',
    '  local resource role held',
    '  resource=$(principal_of "$1")',
    '  role=$(az ad sp show --id "$1" --query "appRoles[?value==\'$2\'].id | [0]" --output tsv)',
    '  [ -n "$role" ] || { echo "The API $1 has no permission $2 in this tenant." >&2; return 1; }',
    '  az ad app permission add --id "$APP" --api "$1" --api-permissions "$role=Role" --output none 2>/dev/null',
    '  held=$(az rest --method GET --url "$GRAPH/v1.0/servicePrincipals/$PRINCIPAL/appRoleAssignments" \\',
    "    --query \"value[?appRoleId=='$role' && resourceId=='$resource'] | [0].id\" --output tsv)",
    '  [ -n "$held" ] || az rest --method POST --url "$GRAPH/v1.0/servicePrincipals/$PRINCIPAL/appRoleAssignments" --output none \\',
    '    --body "{\\"principalId\\":\\"$PRINCIPAL\\",\\"resourceId\\":\\"$resource\\",\\"appRoleId\\":\\"$role\\"}"',
    '}',
    '',
    ...of('service-principal').flatMap(({ id, why }) => [`# ${why}`, `principal_of ${id} >/dev/null`, '']),
    ...permissions.map(
      ({ resource, resourceAppId, permission, roleId }) =>
        `permit ${resourceAppId} ${permission} # ${resource}${roleId === undefined ? '' : `, ${roleId}`}`,
    ),
    ...of('directory-role').flatMap(({ name: role, id, why }) => [
      '',
      `# ${role}: ${why}`,
      `az rest --method POST --url "$GRAPH/v1.0/roleManagement/directory/roleAssignments" --output none \\`,
      `  --body "{\\"principalId\\":\\"$PRINCIPAL\\",\\"roleDefinitionId\\":\\"${id ?? '<template id>'}\\",\\"directoryScopeId\\":\\"/\\"}" \\`,
      `  || echo "Assigning ${role} failed; it may be assigned already." >&2`,
    ]),
    ...of('azure-role').flatMap(({ name: role, why }) => [
      '',
      `# ${role}: ${why}`,
      `# For each subscription: az role assignment create --assignee "$APP" --role ${quote(role)} --scope /subscriptions/<subscription ID>`,
    ]),
    ...notes(requirements),
    '',
    '[ $# -eq 0 ] || az ad app credential reset --id "$APP" --cert "@$1" --append --output none',
    `echo "Application (client) ID: $APP"`,
    `echo "Directory (tenant) ID:   $(az account show --query tenantId --output tsv)"`,
  ]
  return `${lines.join('\n')}\n`
}

/** What no script can do, as comments. */
export function notes(requirements: Plan['requirements']): string[] {
  const told = requirements.filter(({ kind }) => kind === 'license' || kind === 'setting')
  return told.length === 0 ? [] : ['', ...told.map(({ name, why }) => `# Needed as well: ${name}. ${why}`)]
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
