import type { Meaning } from '#normalize/ecs/categories.ts'
import { changeOf, doing, meaningOfUse } from './operation.ts'
import { defineApplication } from './application.ts'

/** Viva Engage, which was Yammer: groups with their members, messages, files, and the settings of the network. */
export const yammer = defineApplication({
  name: 'yammer',
  place: 'Viva Engage',
  recordTypes: [22, 374, 414, 422],
  workloads: ['Yammer', 'VivaEngage'],
  objects: ['FileName', 'GroupName', 'NetworkName', 'YammerNetworkId'],
  people: ['TargetUserId', 'TargetYammerUserId'],
  meaning: (operation): Meaning => {
    const change = changeOf(operation)
    if (/File/.test(operation)) return doing('file', change)
    if (/Group|Community/.test(operation) && !/Message|Setting/.test(operation)) {
      return { category: ['iam'], type: ['group', change === 'creation' || change === 'deletion' ? change : 'change'] }
    }
    if (/User|Suspend|Admin/.test(operation))
      return {
        category: ['iam'],
        type: ['user', change === 'access' || change === 'info' ? 'info' : change] as Meaning['type'],
      }
    return /Message|Thread|Poll/.test(operation) ? doing('web', change) : meaningOfUse(operation)
  },
})
