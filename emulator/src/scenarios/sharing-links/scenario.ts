import { LINKS } from '#world/audit/records/sharepoint.ts'
import { addressOf } from '#world/mail/addresses.ts'
import { audited, changed, recordId, signedIn, together } from '#scenarios/deeds.ts'
import { cloudAppFinding } from '#scenarios/cloud-app-finding.ts'
import { dlpMatch } from '#world/audit/records/dlp.ts'
import { itemEvent } from '#world/audit/records/exchange.ts'
import { letter, lettersOf, mailItem } from '#scenarios/letter.ts'
import { plant } from '#world/objects.ts'
import { userChanges } from '#world/users.ts'
import type { Item } from '#world/mail/item.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { BROWSER, TELEPHONE, sharing } from './sharing.ts'
import { insiderOf } from './insider.ts'
import { lookAlikes } from './look-alikes.ts'

/**
 * Somebody of the company copies what is confidential to OneDrive, makes links that open to everybody, shares more with an
 * address of their own, and opens it all from outside in the evening. A colleague shares with a partner as one should.
 */
export const sharingLinks: Scenario = {
  id: 'sharing-links',
  title: 'Insider shares confidential files by open links and with an address of their own',
  attack: ['T1213.002', 'T1537', 'T1567.002', 'T1136.003'],
  rules: ['Several Files Opened To Anybody', 'Several Files Shared With One Outsider'],
  mail: lettersOf((world) => [
    { item: links(world), copies: [{ person: insiderOf(world).person, folder: 'sentitems' }] },
  ]),
  steps: (world) => [...lookAlikes(world), ...steps(world)],
  truth: (world) => {
    const { person, ip, sessionId, outside, open, named, folder, honest } = insiderOf(world)
    return {
      userId: person.id,
      userPrincipalName: person.userPrincipalName,
      ip,
      sessionId,
      folder,
      sharedWithEverybody: open.map(({ name }) => name),
      sharedWithAddress: named.map(({ name }) => name),
      address: outside.address,
      guestId: outside.guestId,
      openedFrom: outside.ip,
      internetMessageId: links(world).internetMessageId,
      lookAlikes: [
        { what: 'drawing for a partner', userPrincipalName: honest.person.userPrincipalName, address: honest.address },
        { what: 'public leaflet', userPrincipalName: honest.recruiter.userPrincipalName },
      ],
    }
  },
}

const MINUTE = 60_000
const OFFICE_HOME = '4765445b-32c6-49b0-83e6-1d93765276ca'
const MAILED = 38 * MINUTE

/** The mail with the links, to the insider's own address. */
function links(world: World): Item {
  const { person, outside, open, start } = insiderOf(world)
  const host = `https://${world.initialDomain.split('.')[0]!}-my.sharepoint.example`
  return letter(world, {
    key: 'sharing-links.links',
    at: start + MAILED,
    from: addressOf(person),
    to: [{ name: '', address: outside.address }],
    subject: 'links',
    text: open.map(({ linkId }) => `${host}/:x:/g/personal/${linkId}`).join('\n\n'),
  })
}

function steps(world: World): Step[] {
  const { person, ip, sessionId, outside, open, named, folder, start } = insiderOf(world)
  const id = (name: string) => recordId(world, 'sharing-links', name)
  const place = { site: person, folder }
  const own = { ...place, person, ip, sessionId, userAgent: BROWSER }
  const away = { ...place, ip: outside.ip, userAgent: TELEPHONE }
  const guestName = `${outside.address.replace('@', '_')}#EXT#@${world.initialDomain}`
  const minute = (after: number) => start + after * MINUTE
  const mailed = links(world)
  return [
    {
      at: start,
      what: 'The insider signs in at the office, as every day',
      ...signedIn(world, {
        id: id('sign-in'),
        at: start,
        person,
        ip,
        userAgent: BROWSER,
        applicationId: OFFICE_HOME,
        sessionId,
      }),
    },
    {
      at: minute(6),
      what: 'The insider copies confidential files to their OneDrive',
      attack: 'T1213.002',
      ...together(
        ...[...open, ...named].map((file, i) => sharing(world, minute(6) + i * 7000, 'FileCopied', file, own)),
      ),
    },
    {
      at: minute(14),
      what: 'The insider makes links that open to everybody',
      attack: 'T1567.002',
      ...together(
        ...open.flatMap((file, i) => {
          const at = minute(14 + 3 * i)
          const link = { ...own, anonymousLink: true, eventData: '<Type>Edit</Type>' }
          return [
            sharing(world, at, 'SharingSet', file, { ...own, sharedWith: `${LINKS}${file.linkId}.AnonymousEdit` }),
            sharing(world, at + 1000, 'AnonymousLinkCreated', file, link),
          ]
        }),
      ),
    },
    {
      at: minute(29),
      what: 'Sharing with an address of their own invites it as a guest',
      attack: 'T1136.003',
      ...changed(world, {
        id: id('guest'),
        at: minute(29),
        activityDisplayName: 'Invite external user',
        category: 'UserManagement',
        operationType: 'Add',
        loggedByService: 'Invited Users',
        actor: person,
        ip,
        targets: [{ type: 'User', id: outside.guestId, userPrincipalName: guestName, modified: [] }],
        details: [{ key: 'InvitedUserEmailAddress', value: outside.address }],
      }),
      objects: [
        plant(userChanges, outside.guestId, minute(29), {
          createdAt: minute(29),
          set: {
            accountEnabled: true,
            displayName: outside.address.split('@')[0],
            mail: outside.address,
            userPrincipalName: guestName,
            userType: 'Guest',
            creationType: 'Invitation',
            externalUserState: 'Accepted',
          },
        }),
      ],
    },
    {
      at: minute(30),
      what: 'The insider shares files with an address of their own',
      attack: 'T1537',
      ...together(
        ...named.flatMap((file, i) => {
          const at = minute(30) + i * 20_000
          const shared = { ...own, sharedWith: outside.address }
          return [
            sharing(world, at, 'SharingInvitationCreated', file, shared),
            sharing(world, at + 1000, 'SharingSet', file, { ...own, sharedWith: guestName }),
            sharing(world, at + 2000, 'AddedToSecureLink', file, shared),
          ]
        }),
      ),
    },
    {
      at: minute(31),
      what: 'A rule of data loss prevention tells the insider not to',
      ...audited(
        'DLP.All',
        minute(31),
        dlpMatch(world, { id: id('dlp'), at: minute(31), person, place: 'SharePoint', subject: named[0]!.name }),
      ),
    },
    {
      at: start + MAILED,
      what: 'The insider mails the links to that address',
      attack: 'T1567.002',
      ...audited(
        'Audit.Exchange',
        start + MAILED,
        itemEvent(
          world,
          {
            id: id('send'),
            at: start + MAILED,
            owner: person,
            ip,
            sessionId,
            operation: 'Send',
            clientInfo: 'Client=OWA;Action=ViaProxy',
          },
          mailItem(world, person, mailed, '\\Sent Items'),
        ),
      ),
    },
    {
      at: minute(190),
      what: 'In the evening everything is opened from outside',
      attack: 'T1537',
      ...together(
        ...open.map((file, i) =>
          sharing(world, minute(190 + i), 'AnonymousLinkUsed', file, {
            ...away,
            person: { visitor: file.linkId.replaceAll('-', '').repeat(2) },
            anonymousLink: true,
            eventData: '<Type>Edit</Type>',
          }),
        ),
        ...named.flatMap((file, i) => {
          const guest = { visitor: file.linkId, address: outside.address }
          const at = minute(198 + i)
          return [
            sharing(world, at, 'SecureLinkUsed', file, { ...away, person: guest, sharedWith: outside.address }),
            sharing(world, at + 20_000, 'FileDownloaded', file, { ...away, person: guest }),
          ]
        }),
      ),
    },
    {
      at: minute(215),
      what: 'Defender for Cloud Apps takes notice',
      ...cloudAppFinding(world, {
        key: 'sharing-links',
        at: minute(215),
        since: minute(14),
        title: 'File shared with personal email addresses',
        description: `${person.displayName} (${person.userPrincipalName}) shared ${open.length + named.length} files from OneDrive with ${outside.address} and by links that open to everybody.`,
        policyType: 'FILE',
        stories: [5],
        service: 'onedrive',
        severity: 'medium',
        category: 'Exfiltration',
        mitreTechniques: ['T1537', 'T1567.002'],
        threatScore: 61,
        person,
        ip,
        country: person.office.country,
      }),
    },
  ]
}
