import { defineApplication } from './application.ts'
import { changeOf, doing, meaningOfUse } from './operation.ts'

/** Microsoft Forms: forms and quizzes, who answers them and who takes the answers away. A form is a document of its own kind. */
export const forms = defineApplication({
  name: 'forms',
  place: 'Forms',
  recordTypes: [66],
  workloads: ['MicrosoftForms'],
  objects: ['FormName', 'FormId'],
  meaning: (operation) =>
    /Collaborator|Permission|TenantSettings|Admin|Phishing/i.test(operation)
      ? meaningOfUse(operation)
      : doing(
          'file',
          /Response/.test(operation) && !/View|List|Export|Get/.test(operation) ? 'change' : changeOf(operation),
        ),
})
