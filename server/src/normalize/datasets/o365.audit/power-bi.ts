import { changeOf, doing, meaningOfUse } from './operation.ts'
import { defineApplication } from './application.ts'

/** Power BI and Fabric: reports, dashboards and the data behind them, workspaces and who may see them. */
export const powerBi = defineApplication({
  name: 'power-bi',
  place: 'Power BI',
  recordTypes: [20, 357],
  workloads: ['PowerBI', 'Fabric'],
  objects: [
    'ReportName',
    'DashboardName',
    'DatasetName',
    'ArtifactName',
    'DataflowName',
    'WorkSpaceName',
    'WorkspaceName',
    'AppName',
  ],
  people: ['UserEmail', 'RecipientEmail'],
  // Datasets, dataflows and their queries are data; whoever exports a report takes data away.
  meaning: (operation) =>
    /Dataset|Dataflow|Datamart|Lakehouse|Warehouse|Report|Dashboard|Export|Quer/i.test(operation) &&
    !/Permission|Access|Member|Admin|Setting|Share/i.test(operation)
      ? doing('database', databaseChange(operation))
      : meaningOfUse(operation),
})

/** Data is read or changed: ECS knows no other word. */
function databaseChange(operation: string): 'access' | 'change' | 'info' {
  const change = changeOf(operation)
  return change === 'access' || change === 'info' ? change : 'change'
}
