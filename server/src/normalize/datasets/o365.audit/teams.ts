import type { EcsEvent } from '#domain/event.ts'
import type { Meaning } from '#normalize/ecs/categories.ts'
import { setMeaning } from '#normalize/ecs/categories.ts'
import { byOperation } from '#normalize/by-operation.ts'
import { objectsOf, textOf } from '#normalize/json.ts'
import type { JsonObject } from '#normalize/json.ts'
import { listed, quote, tell } from '#normalize/sentence.ts'
import { nameOf, parseUser } from '#normalize/steps/user.ts'
import { urlOf } from '#normalize/steps/url.ts'
import type { AuditRecord } from './audit-record.ts'
import { changeOf, doing, meaningOfUse, wordsOf } from './operation.ts'
import { setOutcome } from './subject.ts'
import type { Subject } from './subject.ts'

/** Teams: sessions, teams and channels with their members, chats and messages, apps and settings, devices, shifts. */
export const teams: Subject = {
  name: 'teams',
  recordTypes: [25, 49, 57, 59, 60, 73, 92, 206, 230, 293, 444, 445, 462],
  workloads: ['MicrosoftTeams', 'MicrosoftTeamsAdmin'],
  run(record, event) {
    const { audit, mentioned } = record
    setMeaning(event, meaningOf(record.operation))
    setOutcome(record, event)
    const members = objectsOf(audit.Members)
    const people = members.map(({ UPN }) => parseUser(UPN))
    mentioned.users.push(
      ...people.map((person) => person?.email),
      ...members.map(({ DisplayName }) => textOf(DisplayName)),
    )
    if (people.length === 1 && people[0] !== undefined) {
      record.target = people[0]
      event.user = { ...record.actor, target: record.target }
    }
    setTeam(audit, event)
    const url = [audit.MessageURLs, audit.URL].flat().find((value) => textOf(value) !== undefined)
    if (typeof url === 'string') event.url = urlOf(url)
    tell(event, sentence(record, members))
  },
}

const meaningOf = byOperation((operation): Meaning => {
  if (/^TeamsSessionStarted$|SignIn|SignedIn/.test(operation)) return { category: ['authentication'], type: ['start'] }
  if (/SignOut|SignedOut/.test(operation)) return { category: ['authentication'], type: ['end'] }
  if (/^Member|MemberAdded|MemberRemoved|RoleChanged|^TeamCreated$|^TeamDeleted$/.test(operation)) {
    return { category: ['iam'], type: ['group', operation.startsWith('Team') ? changeOf(operation) : 'change'] }
  }
  if (/Message|Chat|Meeting|Call|Reaction|Transcript|Recording/.test(operation) && !/Setting|Policy/.test(operation)) {
    return doing('web', changeOf(operation))
  }
  return meaningOfUse(operation)
})

function setTeam({ TeamName, TeamGuid, AADGroupId }: JsonObject, event: EcsEvent): void {
  const name = textOf(TeamName)
  const id = textOf(AADGroupId)?.toLowerCase() ?? textOf(TeamGuid)
  if (name !== undefined || id !== undefined) {
    event.group = { ...(id !== undefined && { id }), ...(name !== undefined && { name }) }
  }
}

function sentence(record: AuditRecord, members: readonly JsonObject[]): string {
  const { audit, operation } = record
  const actor = nameOf(record.actor) ?? 'Someone'
  const names = members.flatMap(({ UPN, DisplayName }) => textOf(UPN)?.toLowerCase() ?? textOf(DisplayName) ?? [])
  const who = names.length === 0 ? 'somebody' : listed(names)
  const place = placeOf(audit)
  switch (operation) {
    case 'MemberAdded':
      return `${actor} added ${who} to ${place ?? 'a team'}`
    case 'MemberRemoved':
      return `${actor} removed ${who} from ${place ?? 'a team'}`
    case 'MemberRoleChanged':
      return `${actor} changed the role of ${who}${place === undefined ? '' : ` in ${place}`}`
    case 'TeamsSessionStarted':
      return `${actor} signed in to Teams${record.source === undefined ? '' : ` from ${record.source.ip}`}`
    case 'TeamCreated':
      return `${actor} created ${place ?? 'a team'}`
    case 'TeamDeleted':
      return `${actor} deleted ${place ?? 'a team'}`
    default:
  }
  const app = textOf(audit.AddOnName) ?? textOf(audit.AppName)
  const detail = app ?? textOf(audit.Name) ?? textOf(audit.TabName)
  const what = `${actor} performed "${wordsOf(operation) || 'an unnamed operation'}"${detail === undefined ? '' : ` with ${quote(detail)}`}`
  return `${what} in ${place ?? 'Teams'}`
}

/** `channel "General" of team "Finance"`, the chat, or nothing where the record names none. */
function placeOf({ ChannelName, TeamName, ChatName, ChatThreadId }: JsonObject): string | undefined {
  const team = textOf(TeamName)
  const channel = textOf(ChannelName)
  const inTeam = team === undefined ? undefined : `team ${quote(team)}`
  if (channel !== undefined) return `channel ${quote(channel)}${inTeam === undefined ? '' : ` of ${inTeam}`}`
  const chat = textOf(ChatName)
  return inTeam ?? (chat === undefined ? textOf(ChatThreadId) && 'a chat' : `chat ${quote(chat)}`)
}
