import type { ActionChoice, CloudList, FeedChoice } from '@cordon/api'
import type { ReactNode } from 'react'

import { byApi, whyOff } from '#lib/connect-draft.ts'
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
    <Group key={api} title={api} items={feeds} {...{ cloud, chosen, onChange }}>
      {(feed) => <FeedFacts feed={feed} />}
    </Group>
  ))
}

/** What Cordon may do when a person tells it to. */
export function ChooseActions({ choices, cloud, chosen, onChange }: Props) {
  return (
    <Group title="Actions on mail and accounts" items={choices.actions} {...{ cloud, chosen, onChange }}>
      {({ permissions }) => <Needs permissions={permissions} />}
    </Group>
  )
}

interface GroupProps<Item> extends Omit<Props, 'choices'> {
  title: string
  items: Item[]
  children: (item: Item) => ReactNode
}

function Group<Item extends FeedChoice | ActionChoice>({
  title,
  items,
  cloud,
  chosen,
  onChange,
  children,
}: GroupProps<Item>) {
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
                <span className="min-w-0 flex-1 space-y-1">
                  <span className={`block font-medium ${off ? 'text-ink-3' : ''}`}>{item.title}</span>
                  {off ? <span className="block text-xs text-warn">Not in this cloud: {off}</span> : children(item)}
                </span>
              </label>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}

function FeedFacts({ feed: { permissions, requirements, lateness } }: { feed: FeedChoice }) {
  return (
    <>
      <span className="block text-xs text-ink-3">{lateness}</span>
      <span className="flex flex-wrap items-center gap-1.5">
        <Needs permissions={permissions} />
        {requirements.map(({ kind, name, why }) => (
          <span key={name} title={why}>
            <Badge tone={kind === 'license' ? 'busy' : 'warn'}>{name}</Badge>
          </span>
        ))}
      </span>
    </>
  )
}

function Needs({ permissions }: Pick<FeedChoice, 'permissions'>) {
  return permissions.map(({ permission, why }) => (
    <code key={permission} title={why} className="rounded bg-sunken px-1.5 font-mono text-xs leading-5 text-ink-2">
      {permission}
    </code>
  ))
}
