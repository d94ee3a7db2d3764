import type { Migration } from 'kysely/migration'

import { up as initialTables } from './0001-initial-tables.ts'
import { up as mailFilters } from './0002-mail-filters.ts'
import { up as approvals } from './0003-approvals.ts'
import { up as investigationsInChunks } from './0004-investigations-in-chunks.ts'
import { up as budgets } from './0005-budgets.ts'
import { up as followUp } from './0006-follow-up.ts'
import { up as exchange } from './0007-exchange.ts'
import { up as connectionSettings } from './0008-connection-settings.ts'
import { up as leases } from './0009-leases.ts'
import { up as intakeKeys } from './0010-intake-keys.ts'
import { up as certificates } from './0011-certificates.ts'
import { up as foundAt } from './0012-found-at.ts'
import { up as searchesAndRetention } from './0013-searches-and-retention.ts'
import { up as destinations } from './0014-destinations.ts'
import { up as rules } from './0015-rules.ts'
import { up as actionTargets } from './0016-action-targets.ts'
import { up as auditChain } from './0017-audit-chain.ts'
import { up as people } from './0018-people.ts'
import { up as safeguards } from './0019-safeguards.ts'
import { up as identities } from './0020-identities.ts'
import { up as valueLists } from './0021-value-lists.ts'
import { up as reconciliations } from './0022-reconciliations.ts'
import { up as collectedFiles } from './0023-collected-files.ts'

/** In order of their names; one that was released is never edited. */
export const MIGRATIONS: Record<string, Migration> = {
  '0001-initial-tables': { up: initialTables },
  '0002-mail-filters': { up: mailFilters },
  '0003-approvals': { up: approvals },
  '0004-investigations-in-chunks': { up: investigationsInChunks },
  '0005-budgets': { up: budgets },
  '0006-follow-up': { up: followUp },
  '0007-exchange': { up: exchange },
  '0008-connection-settings': { up: connectionSettings },
  '0009-leases': { up: leases },
  '0010-intake-keys': { up: intakeKeys },
  '0011-certificates': { up: certificates },
  '0012-found-at': { up: foundAt },
  '0013-searches-and-retention': { up: searchesAndRetention },
  '0014-destinations': { up: destinations },
  '0015-rules': { up: rules },
  '0016-action-targets': { up: actionTargets },
  '0017-audit-chain': { up: auditChain },
  '0018-people': { up: people },
  '0019-safeguards': { up: safeguards },
  '0020-identities': { up: identities },
  '0021-value-lists': { up: valueLists },
  '0022-reconciliations': { up: reconciliations },
  '0023-collected-files': { up: collectedFiles },
}
