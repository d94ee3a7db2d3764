import { listed } from '#world/objects.ts'
import { random } from '#world/random.ts'
import type { Kind } from '#world/objects.ts'
import type { World } from '#world/world.ts'

/** Mail flow rules: what happens to all mail on its way. Everyday mail was delivered with those of birth in force. */
export interface TransportRule {
  guid: string
  name: string
  isEnabled: boolean
  priority: number
  comments: string
  fromScope: 'InOrganization' | 'NotInOrganization' | null
  subjectContains: readonly string[]
  attachmentExtensions: readonly string[]
  blindCopyTo: readonly string[]
  redirectMessageTo: readonly string[]
  prependSubject: string | null
  quarantine: boolean
  /** Milliseconds. */
  changedAt: number
}

/** Ids are GUIDs. */
export const transportRules: Kind<TransportRule> = {
  name: 'exchange.transportRule',
  born: listed(({ guid }) => guid, rulesAtBirth),
}

function rulesAtBirth(world: World): TransportRule[] {
  const rule = (name: string, priority: number, set: Partial<TransportRule>): TransportRule => ({
    guid: random(world.seed, 'transport rule', name).guid(),
    name,
    isEnabled: true,
    priority,
    comments: '',
    fromScope: 'NotInOrganization',
    subjectContains: [],
    attachmentExtensions: [],
    blindCopyTo: [],
    redirectMessageTo: [],
    prependSubject: null,
    quarantine: false,
    changedAt: world.epoch - (200 - priority * 30) * 86_400_000,
    ...set,
  })
  return [
    rule('Quarantine programs in attachments', 0, {
      attachmentExtensions: ['exe', 'js', 'scr', 'vbs'],
      quarantine: true,
    }),
    rule('Copy of press inquiries', 1, { subjectContains: ['press inquiry'], blindCopyTo: [`press@${world.domain}`] }),
    rule('Mark orders of the old shop', 2, {
      isEnabled: false,
      subjectContains: ['shop order'],
      prependSubject: '[Shop] ',
    }),
  ]
}
