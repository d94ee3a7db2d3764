import type { SavedSearch } from '@cordon/api'
import { Bookmark, BookmarkCheck, Ellipsis } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState, type ReactNode } from 'react'

import { contentOf, isUnchanged, type EventSearch, type EventSearchChange } from '#lib/event-search.ts'
import { usePreferences } from '#lib/preferences.ts'
import { useUser } from '#lib/rights.ts'
import { rangeLabel } from '#lib/time-range.ts'
import { clockTime } from '#lib/time.ts'
import { Button, buttonClass } from '#parts/button.tsx'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '#parts/menu.tsx'
import { SkeletonRows } from '#parts/panel.tsx'
import { ProblemBanner } from '#parts/problem.tsx'

import { DeleteDialog } from './delete-dialog.tsx'
import { NameDialog } from './name-dialog.tsx'
import { useSavedSearches } from './use-saved-searches.ts'

interface Props {
  tenantId: string
  search: EventSearch
  onChange: (change: EventSearchChange) => void
}

type Asking = { what: 'save' } | { what: 'rename' | 'delete'; saved: SavedSearch }

/** The searches kept for everybody of the tenant: opened, kept, renamed, deleted. */
export function SavedMenu({ tenantId, search, onChange }: Props) {
  const saved = useSavedSearches(tenantId)
  const user = useUser()
  const mayChange = ({ createdBy }: SavedSearch) => createdBy === user.name || user.reaches('administrator')
  const [isOpen, setOpen] = useState(false)
  const [asking, setAsking] = useState<Asking>()
  const current = saved.searches.find(({ id }) => id === search.saved)
  const isKept = current !== undefined && isUnchanged(search, current)
  const ask = (next: Asking) => {
    setOpen(false)
    setAsking(next)
  }
  const done = () => setAsking(undefined)
  const open = ({ id, query, from, to, columns }: SavedSearch) => {
    setOpen(false)
    onChange({
      saved: id,
      q: query,
      from,
      to,
      ...(columns.length > 0 && { columns: columns.join(',') }),
      event: undefined,
    })
  }
  const replace = ({ id }: SavedSearch) => {
    saved.change.mutate({ id, ...contentOf(search) })
    onChange({ saved: id })
  }
  const Icon = isKept ? BookmarkCheck : Bookmark
  return (
    <>
      <Popover.Root open={isOpen} onOpenChange={setOpen}>
        <Popover.Trigger
          className={buttonClass('secondary', 'min-w-0 shrink!')}
          aria-label={current ? `Saved searches, on the page: ${current.name}` : 'Saved searches'}
        >
          <Icon aria-hidden className={`size-4 shrink-0 ${current ? 'text-accent' : 'text-ink-3'}`} />
          <span className={`max-w-40 truncate ${current ? '' : 'max-lg:sr-only'}`}>{current?.name ?? 'Saved'}</span>
          {current && !isKept && (
            <span className="text-ink-3 max-sm:sr-only" title="Changed since it was saved">
              (changed)
            </span>
          )}
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content
            align="end"
            sideOffset={4}
            collisionPadding={8}
            aria-label="Saved searches"
            className="z-50 flex max-h-[min(480px,var(--radix-popover-content-available-height))] w-[min(380px,calc(100vw-16px))] flex-col rounded-lg border border-line bg-surface shadow-float"
          >
            <div className="min-h-0 flex-1 overflow-auto p-1">
              {saved.error && <ProblemBanner error={saved.error} />}
              {saved.isPending && <SkeletonRows rows={3} />}
              {!saved.isPending && !saved.error && saved.searches.length === 0 && (
                <p className="p-4 text-center text-sm text-ink-2">
                  No saved searches yet. What is saved here, everybody who sees this tenant’s events can open.
                </p>
              )}
              <ul aria-label="Saved searches">
                {saved.searches.map((each) => (
                  <SavedItem key={each.id} saved={each} isCurrent={each === current} onOpen={() => open(each)}>
                    {mayChange(each) ? (
                      <>
                        <MenuItem onSelect={() => ask({ what: 'rename', saved: each })}>Rename</MenuItem>
                        <MenuItem onSelect={() => replace(each)}>Replace by the search on the page</MenuItem>
                        <MenuSeparator />
                        <MenuItem onSelect={() => ask({ what: 'delete', saved: each })}>Delete</MenuItem>
                      </>
                    ) : (
                      <MenuLabel>Only {each.createdBy} and administrators change it.</MenuLabel>
                    )}
                  </SavedItem>
                ))}
              </ul>
            </div>
            <div className="flex flex-wrap justify-end gap-2 border-t border-line p-2">
              {current && !isKept && mayChange(current) && (
                <Button onClick={() => replace(current)}>Save changes</Button>
              )}
              <Button look="primary" onClick={() => ask({ what: 'save' })}>
                Save as…
              </Button>
            </div>
            {saved.change.error && !asking && (
              <div className="p-2">
                <ProblemBanner error={saved.change.error} />
              </div>
            )}
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {asking?.what === 'save' && (
        <NameDialog
          title="Save this search"
          hint="Query, time range and columns are kept. Everybody who sees this tenant’s events can open it."
          button="Save"
          mutation={saved.save}
          onName={(name) =>
            saved.save.mutate(
              { name, ...contentOf(search) },
              {
                onSuccess: ({ id }) => {
                  done()
                  onChange({ saved: id })
                },
              },
            )
          }
          onClose={done}
        />
      )}
      {asking?.what === 'rename' && (
        <NameDialog
          title="Rename the search"
          name={asking.saved.name}
          button="Rename"
          mutation={saved.change}
          onName={(name) => saved.change.mutate({ id: asking.saved.id, name }, { onSuccess: done })}
          onClose={done}
        />
      )}
      {asking?.what === 'delete' && (
        <DeleteDialog
          saved={asking.saved}
          mutation={saved.remove}
          onDelete={() =>
            saved.remove.mutate(asking.saved.id, {
              onSuccess: () => {
                done()
                if (asking.saved.id === search.saved) onChange({ saved: undefined })
              },
            })
          }
          onClose={done}
        />
      )}
    </>
  )
}

function SavedItem(props: { saved: SavedSearch; isCurrent: boolean; onOpen: () => void; children: ReactNode }) {
  const { saved, isCurrent, onOpen, children } = props
  const { zone } = usePreferences()
  return (
    <li className={`flex items-start gap-1 rounded pr-1 hover:bg-sunken ${isCurrent ? 'bg-accent-soft' : ''}`}>
      <button
        type="button"
        aria-current={isCurrent ? 'true' : undefined}
        onClick={onOpen}
        className="min-w-0 flex-1 px-2 py-1.5 text-left"
      >
        <span className="block truncate text-sm font-medium">{saved.name}</span>
        <span className="block truncate font-mono text-xs text-ink-2">{saved.query || 'all events'}</span>
        <span className="block truncate text-xs text-ink-3">
          {rangeLabel(saved, (iso) => clockTime(iso, zone))} · {saved.createdBy}
        </span>
      </button>
      <Menu
        trigger={
          <button
            type="button"
            aria-label={`More about ${saved.name}`}
            className="mt-1.5 inline-flex size-7 shrink-0 items-center justify-center rounded text-ink-2 hover:bg-surface max-sm:size-9"
          >
            <Ellipsis aria-hidden className="size-4" />
          </button>
        }
      >
        {children}
      </Menu>
    </li>
  )
}
