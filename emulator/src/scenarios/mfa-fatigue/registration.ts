import { authenticationMethods } from '#world/authentication-methods.ts'
import { changed, recordId, together } from '#scenarios/deeds.ts'
import { plant } from '#world/objects.ts'
import type { Deed } from '#scenarios/deeds.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { KEY } from './session.ts'

export const MY_SIGN_INS = { applicationId: '19db86c3-b2b9-44cc-b339-36da233a3be2', applicationName: 'My Signins' }

export const registration = { applicationId: MY_SIGN_INS.applicationId, resourceId: MY_SIGN_INS.applicationId }

export interface Phone {
  id: string
  displayName: string
}

/** A telephone becomes somebody's second factor: the method is there, and the directory tells of it. */
export function registered(world: World, person: Person, at: number, ip: string, { id, displayName }: Phone): Deed {
  const user = { type: 'User', id: person.id, userPrincipalName: person.userPrincipalName } as const
  const activity = (what: string, operationType: 'Add' | 'Update') => ({
    id: recordId(world, KEY, what, person.index),
    at,
    activityDisplayName: what,
    category: 'UserManagement',
    operationType,
    actor: person,
    ip,
  })
  return together(
    changed(world, {
      ...activity('User registered security info', 'Add'),
      loggedByService: 'Authentication Methods',
      remark: 'User registered Authenticator App with Notification and Code',
      targets: [{ ...user, modified: [] }],
    }),
    changed(world, {
      ...activity('Update user', 'Update'),
      targets: [
        {
          ...user,
          modified: [
            {
              name: 'StrongAuthenticationPhoneAppDetail',
              old: '[]',
              new: JSON.stringify([{ DeviceName: displayName }]),
            },
            { name: 'Included Updated Properties', old: null, new: '"StrongAuthenticationPhoneAppDetail"' },
          ],
        },
      ],
    }),
    {
      objects: [
        plant(authenticationMethods, `${person.id}/${id}`, at, {
          id,
          kind: 'microsoftAuthenticator',
          createdAt: at,
          properties: { displayName, deviceTag: 'SoftwareTokenActivated', phoneAppVersion: '6.2510.7135' },
        }),
      ],
    },
  )
}
