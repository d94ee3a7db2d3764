import { randomUUID } from 'node:crypto'

import { type Kind, sentence } from './kind.ts'

/** A Sigma rule with a case that fires it and one that must not. */
export const rule: Kind = {
  name: /^[a-z0-9]+(_[a-z0-9]+)+$/,
  example: 'mailbox_delegated',
  files: (name) => ({
    [`rules/m365/${name}/rule.yml`]: `title: ${sentence(name)}
id: ${randomUUID()}
status: experimental
description: |
  What happened when this fires, and why it matters to whoever is on duty.
references:
  - https://learn.microsoft.com/en-us/purview/audit-log-activities
date: ${new Date().toISOString().slice(0, 10)}
tags:
  - attack.persistence
  - attack.t1098.002
logsource:
  product: m365
  service: audit
detection:
  selection:
    Operation: ${sentence(name)}
  condition: selection
falsepositives:
  - Who does this for good reasons, and how to tell.
level: medium
`,
    [`rules/m365/${name}/cases.yml`]: `base: { RecordType: 1, Workload: Exchange }
fires:
  - says: the operation itself
    record: { Operation: ${sentence(name)} }
quiet:
  - says: another operation
    record: { Operation: Get-Mailbox }
`,
  }),
  next: (name) => [
    `Write the detection in rules/m365/${name}/rule.yml, with the operation names that the audit log really has.`,
    'Put real-shaped records into cases.yml: what must fire it, and every look-alike that must not.',
    'npm test -- server/src/detect/pack.test.ts',
  ],
}
