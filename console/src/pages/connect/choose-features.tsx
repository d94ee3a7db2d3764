import type { ActionChoice, CloudList, FeedChoice } from '@cordon/api'

import { byApi, whyOff } from '#lib/connect-draft.ts'
import { REQUIREMENT_KINDS } from '#lib/requirement-kinds.ts'
import { Badge } from '#parts/badge.tsx'
import { Button } from '#parts/button.tsx'
import { Panel } from '#parts/panel.tsx'

interface Props {
  choices: CloudList
  cloud: string
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
}

/** Feeds under the service they come from, each with what it needs; what the cloud lacks is off and says why. */
export function ChooseFeeds({ choices, cloud, chosen, onChange }: Props) {
  return byApi(choices.feeds).map(([api, feeds]) => (
    <Group key={api} title={api} items={feeds} {...{ cloud, chosen, onChange }} />
  ))
}

/** What Cordon may do when a person tells it to. */
export function ChooseActions({ choices, cloud, chosen, onChange }: Props) {
  return <Group title="Actions on mail" items={choices.actions} {...{ cloud, chosen, onChange }} />
}

interface GroupProps extends Omit<Props, 'choices'> {
  title: string
  items: readonly (FeedChoice | ActionChoice)[]
}

function Group({ title, items, cloud, chosen, onChange }: GroupProps) {
  const offered = items.filter((item) => whyOff(item, cloud) === undefined).map(({ id }) => id)
  const own = offered.filter((id) => chosen.includes(id))
  const isAll = offered.length > 0 && own.length === offered.length
  const rest = chosen.filter((id) => !offered.includes(id))
  return (
    <Panel
      title={title}
      actions={
        <>
          <span className="text-xs text-ink-3">
            {own.length} of {items.length}
          </span>
          <Button
            look="quiet"
            disabled={offered.length === 0}
            aria-label={`${isAll ? 'Choose none' : 'Choose all'} of ${title}`}
            onClick={() => onChange(isAll ? rest : [...rest, ...offered])}
          >
            {isAll ? 'None' : 'All'}
          </Button>
        </>
      }
    >
      <ul className="divide-y divide-line">
        {items.map((item) => {
          const off = whyOff(item, cloud)
          return (
            <li key={item.id}>
              <label className={`flex gap-3 px-4 py-2.5 text-sm ${off ? '' : 'hover:bg-sunken/60'}`}>
                <input
                  type="checkbox"
                  className="mt-0.5 size-4 shrink-0"
                  disabled={off !== undefined}
                  checked={off === undefined && chosen.includes(item.id)}
                  onChange={({ target }) =>
                    onChange(target.checked ? [...chosen, item.id] : chosen.filter((id) => id !== item.id))
                  }
                />
                <span className="grid min-w-0 flex-1 items-center gap-x-6 gap-y-1 md:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)]">
                  <span>
                    <span className={`block font-medium ${off ? 'text-ink-3' : ''}`}>{item.title}</span>
                    {off ? (
                      <span className="block text-xs text-warn">Not in this cloud: {off}</span>
                    ) : (
                      'lateness' in item && <span className="block text-xs text-ink-3">{item.lateness}</span>
                    )}
                  </span>
                  {!off && <Needs item={item} />}
                </span>
              </label>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}

/** Permissions as they are named in Entra, and what else the tenant must have. */
function Needs({ item }: { item: FeedChoice | ActionChoice }) {
  const requirements = 'requirements' in item ? item.requirements : []
  return (
    <span className="flex flex-wrap items-center gap-1.5">
      {item.permissions.map(({ permission, why }) => (
        <code key={permission} title={why} className="rounded bg-sunken px-1.5 font-mono text-xs leading-5 text-ink-2">
          {permission}
        </code>
      ))}
      {requirements.map(({ kind, name, why }) => (
        <span key={name} title={why}>
          <Badge tone={kind === 'license' ? 'busy' : 'warn'}>
            {REQUIREMENT_KINDS[kind]}
            {kind !== 'service-principal' && `: ${name}`}
          </Badge>
        </span>
      ))}
    </span>
  )
}
