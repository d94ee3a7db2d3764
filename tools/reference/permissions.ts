import { appRoleOf, FEATURES } from '@cordon/server/reference'

import { KNOWN_PERMISSIONS, KNOWN_ROLES } from './known-permissions.ts'
import { code, page, table } from './markdown.ts'

type Feature = (typeof FEATURES)[number]

/** The page of all permissions: what uses each, what is needed beside them, and what others ask for. */
export function renderPermissions(): string {
  return page(
    'Permissions',
    [
      'Application permissions that Cordon uses, declared by the units that use them. Grant what the features you want need, with admin consent; nothing else is asked for.',
      `${code('npx cordon connections plan')} and the console's planner make this list for the features you choose, with a consent link and a script. Where an application holds the permission to write (${code('Mail.ReadWrite')}), it needs the one to read (${code('Mail.Read')}) no more.`,
    ].join(' '),
    [
      table(['to', 'API', 'permission', 'id', 'used by', 'why'], usedRows()),
      '## Beside permissions',
      'What a tenant must have that no permission gives.',
      table(['kind', 'what', 'needed by', 'why'], requirementRows()),
      '## Permissions that others ask for',
      'Set-up guides of comparable products name these. Here is what each is for in Cordon, or why it is not asked for.',
      table(['API', 'permission', 'in Cordon'], knownRows()),
      table(['kind', 'role', 'in Cordon'], roleRows()),
    ].join('\n\n'),
  )
}

function usedRows(): string[][] {
  const once = new Map<string, { feature: Feature; need: Feature['permissions'][number]; by: string[] }>()
  for (const feature of FEATURES) {
    for (const need of feature.permissions) {
      const key = `${feature.use} ${need.resource} ${need.permission} ${need.why}`
      const row = once.get(key) ?? { feature, need, by: [] }
      row.by.push(feature.title)
      once.set(key, row)
    }
  }
  return [...once.values()].map(({ feature, need: { resource, permission, why }, by }) => [
    feature.use,
    resource,
    code(permission),
    appRoleOf(resource, permission)?.roleId ?? '',
    by.join('; '),
    why,
  ])
}

function requirementRows(): string[][] {
  const once = new Map<string, string[]>()
  for (const { title, requirements } of FEATURES) {
    for (const { kind, name, why } of requirements) {
      const [, , by] = once.get(`${kind} ${name} ${why}`) ?? []
      once.set(`${kind} ${name} ${why}`, [
        kind.replace('-', ' '),
        name,
        by === undefined ? title : `${by}; ${title}`,
        why,
      ])
    }
  }
  return [...once.values()]
}

/** @throws Error when one is neither used nor explained. */
function knownRows(): string[][] {
  return KNOWN_PERMISSIONS.map(({ resource, permission, isDelegated, without }) => {
    const users = FEATURES.filter(({ permissions }) =>
      permissions.some((need) => need.resource === resource && need.permission === permission),
    ).map(({ title }) => title)
    const name = `${code(permission)}${isDelegated ? ' (delegated)' : ''}`
    if (users.length > 0) return [resource, name, `Used: ${users.join('; ')}.`]
    if (without === undefined) throw new Error(`${permission} of ${resource} is neither used nor explained.`)
    return [resource, name, `Not needed. ${without}`]
  })
}

function roleRows(): string[][] {
  return KNOWN_ROLES.map(({ kind, name, without }) => [kind, name, `Not needed. ${without}`])
}
