import { defineApplication } from './application.ts'
import { changeOf, doing } from './operation.ts'

/** Roles of Defender and Purview, cross-tenant access, and who is given them: everything that says who may do what. */
export const accessControl = defineApplication({
  name: 'access-control',
  recordTypes: [87, 106, 217, 251, 252, 253, 302, 303, 304, 329, 331, 350, 352, 354, 355, 372],
  objects: ['RoleName', 'RoleGroupName', 'PolicyName', 'AssignmentName'],
  people: ['TargetUser', 'Member', 'UserEmail', 'AssignedTo'],
  meaning: (operation) => doing('iam', /Assign|Member/.test(operation) ? 'change' : changeOf(operation)),
})
