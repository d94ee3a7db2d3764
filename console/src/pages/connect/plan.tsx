import type { PermissionPlan, PlannedPermission, PlannedRegistration, PlannedRequirement } from '@cordon/api'
import { ExternalLink } from 'lucide-react'
import { Tabs } from 'radix-ui'

import { count } from '#lib/words.ts'
import { Badge } from '#parts/badge.tsx'
import { buttonClass } from '#parts/button.tsx'
import { Panel } from '#parts/panel.tsx'
import { Script } from '#parts/script.tsx'
import { TabList } from '#parts/tabs.tsx'

import { REQUIREMENT_KINDS } from '#lib/requirement-kinds.ts'

/** What is to be done in Entra, registration by registration: read it, or run it. */
export function Plan({ plan: { registrations, leftOut } }: { plan: PermissionPlan }) {
  return (
    <>
      {registrations.map((registration) => (
        <Registration key={registration.name} registration={registration} />
      ))}
      {leftOut.length > 0 && (
        <Panel title="Left out">
          <ul className="divide-y divide-line">
            {leftOut.map(({ id, title, why }) => (
              <li key={id} className="px-4 py-2 text-sm">
                <span className="font-medium">{title}</span> <span className="text-ink-2">{why}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  )
}

function Registration({ registration }: { registration: PlannedRegistration }) {
  const { name, uses, permissions, requirements, scripts } = registration
  const file = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return (
    <Panel
      title={`App registration “${name}”`}
      actions={
        <span className="text-right text-xs text-ink-3 max-sm:hidden">
          to {uses.join(', ')} · {count(permissions.length, 'permission')}
        </span>
      }
    >
      <Tabs.Root defaultValue="cli">
        <TabList
          label={`How ${name} is registered`}
          tabs={[
            { value: 'cli', title: 'Azure CLI' },
            { value: 'powershell', title: 'PowerShell' },
            { value: 'hand', title: 'By hand' },
          ]}
        />
        <Tabs.Content value="cli" className="space-y-2 p-4">
          <p className="text-sm text-ink-2">
            Registers the application and consents to all of it. Run it in Azure Cloud Shell (Bash) as a Global
            Administrator or Privileged Role Administrator; it prints the IDs that the next step asks for.
          </p>
          <Script label="Azure CLI script" text={scripts.azureCli} fileName={`${file}.sh`} />
        </Tabs.Content>
        <Tabs.Content value="powershell" className="space-y-2 p-4">
          <p className="text-sm text-ink-2">
            The same with Microsoft Graph PowerShell, run as a Global Administrator or Privileged Role Administrator.
          </p>
          <Script label="PowerShell script" text={scripts.powershell} fileName={`${file}.ps1`} />
        </Tabs.Content>
        <Tabs.Content value="hand" className="p-4">
          <ol className="list-decimal space-y-1 pl-5 text-sm text-ink-2">
            <li>Entra admin center, App registrations, New registration: “{name}”, this directory only.</li>
            <li>API permissions, Add a permission, Application permissions: each of those below.</li>
            <li>Grant admin consent. The next step has the link for it, too.</li>
            {requirements.length > 0 && <li>What else it needs is below the permissions.</li>}
          </ol>
        </Tabs.Content>
      </Tabs.Root>
      <Permissions permissions={permissions} />
      {requirements.length > 0 && <Requirements requirements={requirements} />}
    </Panel>
  )
}

function Permissions({ permissions }: { permissions: PlannedPermission[] }) {
  return [...Map.groupBy(permissions, ({ resource }) => resource)].map(([resource, own]) => (
    <section key={resource} className="border-t border-line">
      <h3 className="px-4 pt-3 text-xs font-medium text-ink-3">{resource}</h3>
      <ul className="divide-y divide-line">
        {own.map(({ permission, uses }) => (
          <li key={permission} className="grid gap-x-6 gap-y-0.5 px-4 py-2 text-sm md:grid-cols-[260px_minmax(0,1fr)]">
            <code className="font-mono text-xs leading-5 font-semibold break-words">{permission}</code>
            <span className="text-ink-2">
              {[...Map.groupBy(uses, ({ why }) => why)].map(([why, by]) => (
                <span key={why} className="block">
                  {why} <span className="text-xs text-ink-3">{by.map((each) => each.by).join(', ')}</span>
                </span>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  ))
}

function Requirements({ requirements }: { requirements: PlannedRequirement[] }) {
  return (
    <section className="border-t border-line">
      <h3 className="px-4 pt-3 text-xs font-medium text-ink-3">Beyond permissions</h3>
      <ul className="divide-y divide-line">
        {requirements.map(({ kind, name, why, neededBy }) => (
          <li
            key={`${kind} ${name}`}
            className="grid gap-x-6 gap-y-0.5 px-4 py-2 text-sm md:grid-cols-[260px_minmax(0,1fr)]"
          >
            <span className="space-y-1">
              <span
                className={`block break-words ${kind === 'service-principal' ? 'font-mono text-xs font-semibold' : 'font-medium'}`}
              >
                {name}
              </span>
              <Badge tone="quiet">{REQUIREMENT_KINDS[kind]}</Badge>
            </span>
            <span className="text-ink-2">
              {why} <span className="text-xs text-ink-3">{neededBy.join(', ')}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The page where an administrator consents, once its address has no holes. */
export function ConsentLink({ url }: { url: string }) {
  if (url.includes('<')) return null
  return (
    <a href={url} target="_blank" rel="noreferrer" className={buttonClass()}>
      <ExternalLink aria-hidden className="size-4" />
      Open Microsoft’s consent page
    </a>
  )
}
