import type { CreateDestination, Destination, DestinationKind } from '@cordon/api'

import { settingsOf, type SettingValue } from './settings.ts'

/** What the form of a destination holds. */
export interface DestinationDraft {
  name: string
  kind: string
  options: Record<string, SettingValue>
  secret: string
  datasets: string[]
  query: string
  events: boolean
  alerts: boolean
  fromBeginning: boolean
}

export const newDraft = (kind: string): DestinationDraft => ({
  name: '',
  kind,
  options: {},
  secret: '',
  datasets: [],
  query: '',
  events: true,
  alerts: false,
  fromBeginning: false,
})

/** A destination as it is, to be changed. */
export function draftOf({ name, kind, options, filter }: Destination): DestinationDraft {
  // A kind's settings are of those types only.
  return { ...newDraft(kind), name, options: options as DestinationDraft['options'], ...filter }
}

/** What is sent: a setting that was emptied goes back to its default, a secret that was not typed stays as it is. */
export function requestOf(draft: DestinationDraft, kind: DestinationKind): CreateDestination {
  const { name, options, secret, datasets, query, events, alerts, fromBeginning } = draft
  const own = settingsOf(kind).map((setting) => [setting.name, options[setting.name] ?? setting.initial] as const)
  return {
    name,
    kind: kind.id,
    options: Object.fromEntries(own.filter(([, value]) => value !== '')),
    ...(secret !== '' && { secret }),
    filter: { events, datasets, query, alerts },
    from: fromBeginning ? 'beginning' : 'now',
  }
}
