import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleUserRound, KeyRound, Lock, LogOut, Monitor, Moon, ScrollText, Sun, Users } from 'lucide-react'

import { api } from '#lib/api.ts'
import { setPreferences, usePreferences } from '#lib/preferences.ts'
import { queries } from '#lib/queries.ts'
import { zoneName } from '#lib/time.ts'

import { IconButton } from '#parts/button.tsx'
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '#parts/menu.tsx'

const THEMES = [
  { value: 'system' as const, title: 'System' },
  { value: 'light' as const, title: 'Light' },
  { value: 'dark' as const, title: 'Dark' },
]

export function ThemeMenu() {
  const { theme } = usePreferences()
  const Icon = { system: Monitor, light: Sun, dark: Moon }[theme]
  return (
    <Menu
      trigger={
        <IconButton label="Theme">
          <Icon aria-hidden className="size-4" />
        </IconButton>
      }
    >
      <MenuChoice
        label="Theme"
        value={theme}
        choices={THEMES}
        onChange={(chosen) => setPreferences({ theme: chosen })}
      />
    </Menu>
  )
}

export function AccountMenu() {
  const { user, tenants } = useSuspenseQuery(queries.session()).data
  const { zone } = usePreferences()
  const client = useQueryClient()
  const navigate = useNavigate()
  const signOut = async () => {
    await api.signOut()
    await navigate({ to: '/sign-in' })
    // Everything but what the sign-in page has begun to ask for: it would wait for an answer that is thrown away.
    const [signInWays] = queries.signInWays().queryKey
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== signInWays })
  }
  return (
    <Menu
      trigger={
        <IconButton label="Account">
          <CircleUserRound aria-hidden className="size-[18px]" />
        </IconButton>
      }
    >
      <MenuLabel>
        <span className="block text-sm font-medium text-ink">{user.name}</span>
        {user.role}
      </MenuLabel>
      <MenuSeparator />
      <MenuChoice
        label="Times are shown in"
        value={zone}
        choices={[
          { value: 'local', title: `Local (${zoneName()})` },
          { value: 'utc', title: 'UTC' },
        ]}
        onChange={(chosen) => setPreferences({ zone: chosen })}
      />
      <MenuSeparator />
      {user.role === 'administrator' && (
        <MenuItem onSelect={() => void navigate({ to: '/people' })}>
          <Users aria-hidden className="size-4 text-ink-3" /> People
        </MenuItem>
      )}
      {[user, ...tenants].some(({ role }) => role === 'administrator') && (
        <MenuItem onSelect={() => void navigate({ to: '/audit' })}>
          <ScrollText aria-hidden className="size-4 text-ink-3" /> Audit log
        </MenuItem>
      )}
      <MenuItem onSelect={() => void navigate({ to: '/account' })}>
        <Lock aria-hidden className="size-4 text-ink-3" /> Password and sessions
      </MenuItem>
      <MenuItem onSelect={() => void navigate({ to: '/tokens' })}>
        <KeyRound aria-hidden className="size-4 text-ink-3" /> API tokens
      </MenuItem>
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden className="size-4 text-ink-3" /> Sign out
      </MenuItem>
    </Menu>
  )
}
