/** How long a tenant's events are kept, by their own time. */
export interface RetentionSettings {
  /** Of datasets without a setting of their own; absent: for ever. */
  days?: number
  /** By dataset. */
  datasets: Readonly<Record<string, number>>
  /** When events were last deleted by these settings. */
  appliedAt?: string
}

/** The days that a dataset's events are kept; undefined: for ever. */
export function daysOf({ days, datasets }: RetentionSettings, dataset: string): number | undefined {
  return Object.hasOwn(datasets, dataset) ? datasets[dataset] : days
}
