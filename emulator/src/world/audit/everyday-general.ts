import { PROJECTS } from '#world/names.ts'
import { heldBackFrom } from '#world/mail/quarantine.ts'
import type { Person } from '#world/directory.ts'
import type { QuarantinedMessage } from '#world/mail/quarantine.ts'

import { blockedClick, harmfulFile, investigation, quarantineRequest, threatMail } from './records/threats.ts'
import { complianceAlert, teamsEvent, unlistedEvent } from './records/general.ts'
import { copilotEvent, flowEvent, formsEvent, labelEvent, powerAppsEvent } from './records/productivity.ts'
import { homeIp } from './records/record.ts'
import type { Activity, Occasion } from './benign.ts'
import type { AuditRecord } from './records/record.ts'

/** Everything that has no content type of its own: mostly Teams, and a little of many other products. */

const teams =
  (operation: string): Activity =>
  ({ world, r, id, at }, person) =>
    teamsEvent(world, {
      id,
      at,
      person,
      operation,
      ip: homeIp(world, person),
      team: `Project ${r.pick(PROJECTS)}`,
    })

/** About a message that really lies in somebody's quarantine; a Teams session where nobody asked has any. */
const aboutHeldMail =
  (make: (occasion: Occasion, message: QuarantinedMessage, person: Person) => AuditRecord): Activity =>
  (occasion, person) => {
    const { world, r, at } = occasion
    for (let attempt = 0; attempt < 8; attempt++) {
      const owner = attempt === 0 ? person : world.directory.at(r.between(0, world.directory.users - 1))
      const message = heldBackFrom(world, owner).find(({ receivedAt }) => receivedAt <= at)
      if (message) return make(occasion, message, owner)
    }
    return teams('TeamsSessionStarted')(occasion, person)
  }

const held = {
  found: aboutHeldMail(({ world, id, at }, message, person) => threatMail(world, { id, at, person }, message)),
  investigated: aboutHeldMail(({ world, id, at }, message, person) =>
    investigation(world, { id, at, person }, message),
  ),
  previewed: aboutHeldMail(({ world, r, id, at }, { networkMessageId }, person) =>
    quarantineRequest(
      world,
      { id, at, person },
      { type: r.pick(['Preview', 'ViewHeader']), networkMessageId, source: 2 },
    ),
  ),
  clicked: aboutHeldMail(({ world, id, at }, { networkMessageId }, person) =>
    blockedClick(
      world,
      { id, at, person },
      { url: 'https://files-review.example/open', ip: homeIp(world, person), messageId: networkMessageId },
    ),
  ),
}

const moment = ({ world, id, at }: Occasion, person: Person) => ({
  id,
  at,
  person,
  ip: homeIp(world, person),
})

export const GENERAL: readonly (readonly [number, Activity])[] = [
  [50, teams('TeamsSessionStarted')],
  [25, teams('MessageSent')],
  [10, teams('MeetingParticipantDetail')],
  [2, teams('MemberAdded')],
  [1, teams('ChatCreated')],
  [3, ({ world, id, at }, person) => complianceAlert(world, { id, at, person })],
  [3, ({ world, r, id, at }, person) => unlistedEvent(world, { id, at, person, recordType: r.pick([388, 412]) })],
  [2, held.found],
  [0.5, held.investigated],
  [0.6, held.previewed],
  [0.3, held.clicked],
  [0.3, ({ world, id, at }, person) => harmfulFile(world, { id, at, person })],
  [
    2,
    (occasion, person) =>
      formsEvent(occasion.world, {
        ...moment(occasion, person),
        operation: occasion.r.pick(['CreateResponse', 'ViewForm', 'EditForm']),
        form: occasion.r.pick(['Canteen survey', 'Desk booking', 'Safety check']),
      }),
  ],
  [
    2,
    (occasion, person) =>
      flowEvent(occasion.world, {
        ...moment(occasion, person),
        operation: occasion.r.pick(['EditFlow', 'CreateFlow']),
        flow: occasion.r.pick(['File invoices', 'Remind of time sheets']),
      }),
  ],
  [
    1.5,
    (occasion, person) =>
      powerAppsEvent(occasion.world, {
        ...moment(occasion, person),
        operation: 'LaunchPowerApp',
        app: occasion.r.pick(['Berth planner', 'Holiday requests']),
      }),
  ],
  [
    4,
    (occasion, person) =>
      copilotEvent(occasion.world, {
        ...moment(occasion, person),
        host: occasion.r.pick(['Word', 'Teams', 'Outlook']),
      }),
  ],
  [
    2,
    (occasion, person) =>
      labelEvent(occasion.world, {
        ...moment(occasion, person),
        operation: occasion.r.pick(['SensitivityLabelApplied', 'SensitivityLabeledFileOpened']),
        file: `budget-${occasion.r.between(1, 400)}.docx`,
      }),
  ],
]
