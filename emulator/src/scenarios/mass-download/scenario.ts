import { fileOperation } from '#world/audit/records/sharepoint.ts'
import { lettersOf, letter, mailItem, people } from '#scenarios/letter.ts'
import { itemEvent } from '#world/audit/records/exchange.ts'
import { audited, recordId, signedIn, together } from '#scenarios/deeds.ts'
import { cloudAppFinding } from '#scenarios/cloud-app-finding.ts'
import { leave } from '#world/surface.ts'
import { once } from '#scenarios/once.ts'
import { pdf } from '#world/mail/files.ts'
import { programSignIn, uniqueTokenIdentifier } from '#world/entra/sign-in-record.ts'
import { publishedAt } from '#world/entra/publication.ts'
import { servicePrincipalSignIns } from '#world/entra/sign-ins.ts'
import { addressOf } from '#world/mail/addresses.ts'
import type { Letter } from '#scenarios/letter.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { FileOperation } from '#world/audit/records/sharepoint.ts'
import type { Scenario, Step } from '#scenarios/scenario.ts'
import type { World } from '#world/world.ts'

import { leaverOf } from './leaver.ts'
import type { DownloadedFile } from './leaver.ts'

/**
 * Somebody who is about to leave copies a library of customers and prices within half an hour, from home and in the evening.
 * On the same day OneDrive fills a colleague's new computer, and a backup program copies as many files as every night.
 */
export const massDownload: Scenario = {
  id: 'mass-download',
  title: 'Leaver copies a library of customers and prices',
  attack: ['T1213.002', 'T1530', 'T1567', 'T1048'],
  rules: ['Mass Download'],
  mail: lettersOf(letters),
  steps,
  truth: (world) => {
    const { person, ip, sessionId, site, folder, files, start, personalAddress, mover, backup } = leaverOf(world)
    return {
      userId: person.id,
      userPrincipalName: person.userPrincipalName,
      ip,
      sessionId,
      site,
      folder,
      files: files.map(({ name }) => name),
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      from: new Date(start + FIRST_BURST).toISOString(),
      sentTo: personalAddress,
      internetMessageId: lettersTo(world).sent.internetMessageId,
      lookAlikes: [
        { what: 'OneDrive fills a new computer', userPrincipalName: mover.person.userPrincipalName },
        { what: 'nightly backup', application: backup.name, appId: backup.appId },
      ],
    }
  },
}

const MINUTE = 60_000
const EDGE =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0'
const SYNC_CLIENT = 'Microsoft SkyDriveSync 25.201.1012.0002 ship; Windows NT 10.0 (26200)'
const SHAREPOINT = '00000003-0000-0ff1-ce00-000000000000'
const ONEDRIVE_CLIENT = 'ab9b8c07-8f02-4f72-87fa-80105867a763'
/** After the sign-in, milliseconds. */
const FIRST_BURST = 9 * MINUTE
const MAIL_SENT = 58 * MINUTE

/** Two weeks' notice, and what goes to the leaver's own address. */
const lettersTo = once((world: World) => {
  const { person, manager, start, personalAddress, files } = leaverOf(world)
  const contract = files[0]!.name.replace(/\.\w+$/, '.pdf')
  return {
    notice: letter(world, {
      key: 'mass-download.notice',
      at: start - 6 * 86_400_000,
      from: addressOf(person),
      to: people(manager),
      subject: 'My resignation',
      text: 'As I told you this morning I am leaving. My last day is in two weeks.\n\nThank you for the good years.',
    }),
    sent: letter(world, {
      key: 'mass-download.sent',
      at: start + MAIL_SENT,
      from: addressOf(person),
      to: [{ name: person.displayName, address: personalAddress }],
      subject: 'Fwd: prices',
      text: 'For later.',
      attachments: [
        {
          name: contract,
          contentType: 'application/pdf',
          size: 60_000,
          get content() {
            return pdf(contract, 60_000, world.seed, 'mass-download')
          },
        },
      ],
    }),
  }
})

function letters(world: World): Letter[] {
  const { person, manager } = leaverOf(world)
  const { notice, sent } = lettersTo(world)
  return [
    {
      item: notice,
      copies: [
        { person, folder: 'sentitems' },
        { person: manager, folder: 'inbox', isRead: true },
      ],
    },
    { item: sent, copies: [{ person, folder: 'sentitems' }] },
  ]
}

function steps(world: World): Step[] {
  const { person, ip, sessionId, site, folder, files, start } = leaverOf(world)
  const browsing = { person, ip, userAgent: EDGE, site, folder, sessionId }
  // Three bursts with a pause between, as a person drags folder after folder.
  const third = Math.ceil(files.length / 3)
  const bursts = [files.slice(0, third), files.slice(third, 2 * third), files.slice(2 * third)]
  const last = start + FIRST_BURST + 2 * 11 * MINUTE + third * 3000
  const { sent } = lettersTo(world)
  return [
    ...lookAlikes(world),
    {
      at: start,
      what: 'The leaver signs in from home in the evening',
      ...signedIn(
        world,
        {
          id: recordId(world, 'mass-download', 'sign-in'),
          at: start,
          person,
          ip,
          userAgent: EDGE,
          applicationId: SHAREPOINT,
          sessionId,
        },
        { mfa: 'approved', network: 64_501 },
      ),
    },
    {
      at: start + 4 * MINUTE,
      what: 'The leaver looks around in the library',
      attack: 'T1213.002',
      ...operations(world, 'look', start + 4 * MINUTE, 8000, files.slice(0, 12), {
        ...browsing,
        operation: 'FileAccessed',
      }),
    },
    ...bursts.map((burst, i): Step => {
      const at = start + FIRST_BURST + i * 11 * MINUTE
      return {
        at,
        what: `The leaver downloads ${burst.length} files`,
        attack: 'T1530',
        ...operations(world, `burst ${i}`, at, 3000, burst, { ...browsing, operation: 'FileDownloaded' }),
      }
    }),
    {
      at: last + 5 * MINUTE,
      what: 'Defender for Cloud Apps takes notice',
      ...cloudAppFinding(world, {
        key: 'mass-download',
        at: last + 5 * MINUTE,
        since: start + FIRST_BURST,
        title: 'Mass download by a single user',
        description: `${person.displayName} (${person.userPrincipalName}) downloaded ${files.length} files from SharePoint within ${Math.ceil((last - start - FIRST_BURST) / MINUTE)} minutes.`,
        policyType: 'AUDIT',
        stories: [3],
        service: 'sharepoint',
        severity: 'high',
        category: 'Exfiltration',
        mitreTechniques: ['T1530'],
        threatScore: 82,
        person,
        ip,
        country: person.office.country,
      }),
    },
    {
      at: start + MAIL_SENT,
      what: 'The leaver mails a contract to an address of their own',
      attack: 'T1048',
      ...audited(
        'Audit.Exchange',
        start + MAIL_SENT,
        itemEvent(
          world,
          {
            id: recordId(world, 'mass-download', 'send'),
            at: start + MAIL_SENT,
            owner: person,
            ip,
            sessionId,
            operation: 'Send',
            clientInfo: 'Client=OWA;Action=ViaProxy',
          },
          mailItem(world, person, sent, '\\Sent Items'),
        ),
      ),
    },
  ]
}

function lookAlikes(world: World): Step[] {
  const { mover, backup } = leaverOf(world)
  const sessionId = recordId(world, 'mass-download', 'mover session')
  const signInAt = mover.at - 20 * MINUTE
  const token = recordId(world, 'mass-download', 'backup sign-in')
  return [
    {
      at: backup.at,
      what: 'The backup program signs in and copies the invoices of the day',
      ...together(
        {
          traces: [
            leave(servicePrincipalSignIns, {
              id: token,
              at: backup.at,
              publishedAt: publishedAt(world, token, backup.at),
              record: programSignIn(world, { ...backup, ip: BACKUP_IP }, token, backup.at, 'servicePrincipal'),
            }),
          ],
        },
        operations(world, 'backup', backup.at + MINUTE, 2000, backup.files, {
          person: { appId: backup.appId, displayName: backup.name, tokenId: uniqueTokenIdentifier(token) },
          ip: BACKUP_IP,
          userAgent: 'InvoiceArchive/4.2',
          operation: 'FileDownloaded',
          site: 'finance',
          folder: 'Shared Documents/Invoices',
        }),
      ),
    },
    {
      at: signInAt,
      what: 'A colleague signs in on a new computer',
      ...signedIn(
        world,
        {
          id: recordId(world, 'mass-download', 'mover sign-in'),
          at: signInAt,
          person: mover.person,
          ip: mover.ip,
          userAgent: EDGE,
          applicationId: ONEDRIVE_CLIENT,
          resourceId: SHAREPOINT,
          sessionId,
        },
        { mfa: 'approved', clientApp: 'Mobile Apps and Desktop clients', applicationName: 'OneDrive SyncEngine' },
      ),
    },
    {
      at: mover.at,
      what: 'OneDrive fills the new computer',
      ...operations(world, 'sync', mover.at, 4000, mover.files, {
        person: mover.person,
        ip: mover.ip,
        userAgent: SYNC_CLIENT,
        operation: 'FileSyncDownloadedFull',
        site: mover.person,
        folder: 'Documents/Work',
        sessionId,
      }),
    },
  ]
}

/** Where the company's own programs run. */
const BACKUP_IP = '192.0.2.245'

/** One operation after the other on each of the files. */
function operations(
  world: World,
  name: string,
  start: number,
  interval: number,
  files: readonly DownloadedFile[],
  operation: Omit<FileOperation, 'id' | 'at' | 'file'>,
): Deed {
  return together(
    ...files.map((file, i) => {
      const at = Math.floor((start + i * interval) / 1000) * 1000
      const id = recordId(world, 'mass-download', name, i)
      const size = operation.operation === 'FileAccessed' ? {} : { size: file.size }
      return audited('Audit.SharePoint', at, fileOperation(world, { ...operation, ...size, id, at, file: file.name }))
    }),
  )
}
