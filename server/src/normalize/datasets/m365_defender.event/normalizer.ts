import { defineProductNormalizer } from '#normalize/product-record.ts'
import { textOf } from '#normalize/json.ts'
import { alertTables } from './alert.ts'
import { cloudTables } from './cloud.ts'
import { addAccount } from './columns.ts'
import { deviceTables } from './device.ts'
import { identityTables } from './identity.ts'
import { mailTables } from './mail.ts'
import { networkTables } from './network.ts'
import { tableOf, toStep } from './row.ts'

const STEPS = new Map(
  [...deviceTables, networkTables, ...mailTables, ...identityTables, ...alertTables, ...cloudTables].flatMap(
    (tables) => {
      const step = toStep(tables)
      return tables.tables.map((table) => [table, step] as const)
    },
  ),
)

/** A row of a table that the future brings: kept whole, told plainly, without a category that would be a guess. */
const generic = toStep({
  name: 'table',
  tell(row) {
    const user = addAccount(row, 'user')
    const host = row.fields.at('host.name')[0]
    const title = row.action || textOf(row.columns.Title) || 'a row'
    return {
      sentence: `${row.table}: ${title}${user === undefined ? '' : ` of ${user}`}${host === undefined ? '' : ` on ${host}`}`,
    }
  },
})

/**
 * Rows of advanced hunting tables, as Defender XDR's streaming API sends them to an event hub: the name of the table in
 * `category`, the columns in `properties`. They come at least once; a row that comes twice is one event.
 */
export const m365DefenderEvent = defineProductNormalizer({
  dataset: 'm365_defender.event',
  title: 'Microsoft Defender XDR advanced hunting tables',
  time: ['properties.Timestamp', 'time'],
  key: ({ category, properties }) => [category, JSON.stringify(properties)],
  steps: [(record) => STEPS.get(tableOf(record)) ?? generic],
})
