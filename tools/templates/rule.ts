import { randomUUID } from 'node:crypto'

import { type Kind, sentence } from './kind.ts'

/** A Sigma rule with a case that fires it and one that must not. */
export const rule: Kind = {
  name: /^[a-z0-9]+(_[a-z0-9]+)+$/,
  example: 'microsoft365_mailbox_delegated',
  files: (name) => ({
    [`rules/m365/audit/${name}/rule.yml`]: `title: ${sentence(name)}
id: ${randomUUID()}
status: experimental
description: |
  What happened when this fires, and why it matters to whoever is on duty.
references:
  - https://learn.microsoft.com/en-us/purview/audit-log-activities
date: ${new Date().toISOString().slice(0, 10)}
tags:
  - attack.persistence
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
    [`rules/m365/audit/${name}/cases.yml`]: `fires:
  - says: the operation itself
    record:
      Id: ${randomUUID()}
      CreationTime: '2026-01-01T00:00:00'
      RecordType: 1
      Workload: Exchange
      Operation: ${sentence(name)}
      UserId: ana@contoso.example
quiet:
  - says: another operation
    record:
      Id: ${randomUUID()}
      CreationTime: '2026-01-01T00:00:00'
      RecordType: 1
      Workload: Exchange
      Operation: Get-Mailbox
      UserId: ana@contoso.example
`,
  }),
  next: (name) => [
    `Write the detection in rules/m365/audit/${name}/rule.yml, with the operation names that the audit log really has.`,
    'Put real-shaped records into cases.yml: what must fire it, and every look-alike that must not.',
    'npm test -- server/src/detect/pack.test.ts',
  ],
}
