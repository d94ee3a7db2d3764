import { defineApplication } from './application.ts'
import { changeOf, doing, meaningOfUse } from './operation.ts'

/** Applications in which people write, plan and learn: what they make there is documents of the application's own kind. */
export const work = defineApplication({
  name: 'work',
  recordTypes: [
    32, 35, 39, 188, 189, 190, 191, 192, 193, 194, 195, 196, 197, 198, 199, 200, 202, 231, 287, 364, 377, 386, 387, 401,
    402, 427,
  ],
  workloads: ['Planner', 'Project', 'MicrosoftStream', 'MicrosoftTodo', 'UniversalPrint'],
  objects: ['PlanName', 'TaskName', 'DocumentName', 'VideoName', 'Title'],
  meaning: (operation) =>
    /Setting|Roster|Member|Permission|Policy|Admin/i.test(operation)
      ? meaningOfUse(operation)
      : doing('file', changeOf(operation)),
})
