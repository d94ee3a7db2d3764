import { Tabs } from 'radix-ui'
import type { ReactNode } from 'react'

/** The row of tabs of a `Tabs.Root`. */
export function TabList({ label, tabs }: { label: string; tabs: { value: string; title: ReactNode }[] }) {
  return (
    <Tabs.List aria-label={label} className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-3">
      {tabs.map(({ value, title }) => (
        <Tabs.Trigger
          key={value}
          value={value}
          className="-mb-px h-9 border-b-2 border-transparent px-2 text-sm whitespace-nowrap text-ink-2 hover:text-ink focus-visible:outline-offset-[-2px] data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-ink"
        >
          {title}
        </Tabs.Trigger>
      ))}
    </Tabs.List>
  )
}
