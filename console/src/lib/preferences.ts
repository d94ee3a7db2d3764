import { useSyncExternalStore } from 'react'

/** What one person chose in one browser: looks only, never data. Kept in localStorage and shared by its tabs. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark'
  zone: 'local' | 'utc'
  rail: 'open' | 'folded'
  facets: 'open' | 'folded'
  /** Fields with a comma between, empty where nobody chose: columns of the events table, and facets beside it. */
  eventColumns: string
  eventFacets: string
  /** Px of the columns that somebody drew wider or narrower. */
  columnWidths: Record<string, number>
  /** The tenant last looked at; pages without one in their address use it. */
  tenantId: string
}

const KEY = 'cordon.preferences'
const DEFAULTS: Preferences = {
  theme: 'system',
  zone: 'local',
  rail: 'open',
  facets: 'open',
  eventColumns: '',
  eventFacets: '',
  columnWidths: {},
  tenantId: '',
}
const listeners = new Set<() => void>()

function read(): Preferences {
  try {
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) }
  } catch {
    return DEFAULTS
  }
}

let current = typeof localStorage === 'undefined' ? DEFAULTS : read()

function apply(): void {
  document.documentElement.dataset['theme'] = current.theme
  for (const listener of listeners) listener()
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change }
  localStorage.setItem(KEY, JSON.stringify(current))
  apply()
}

/** Puts the stored theme on the page before the first paint and follows changes made in other tabs. */
export function startPreferences(): void {
  addEventListener('storage', (event) => {
    if (event.key !== KEY) return
    current = read()
    apply()
  })
  apply()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function preferences(): Preferences {
  return current
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences)
}
