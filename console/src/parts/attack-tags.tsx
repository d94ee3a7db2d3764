import { tacticsOf, TACTICS, techniquesOf, techniqueTitle } from '#lib/attack.ts'

import { Badge } from './badge.tsx'

/** What of ATT&CK a rule or an alert is about, in the names of today. */
export function AttackTags({ attack }: { attack: readonly string[] }) {
  const tactics = tacticsOf(attack)
  return (
    <span className="flex flex-wrap items-center gap-1">
      {TACTICS.filter(({ id }) => tactics.includes(id)).map(({ id, title }) => (
        <Badge key={id} tone="quiet">
          {title}
        </Badge>
      ))}
      {techniquesOf(attack).map((technique) => (
        <span key={technique} title={techniqueTitle(technique)}>
          <Badge tone="quiet">{technique}</Badge>
        </span>
      ))}
    </span>
  )
}
