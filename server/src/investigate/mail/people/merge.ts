import type { Finding, MailPerson } from '#domain/follow-up.ts'

const DEEDS = ['opened', 'replied', 'forwarded', 'clicked'] as const

/** One person from what was found about them through some hits and through others. */
export function mergePeople(one: MailPerson, other: MailPerson): MailPerson {
  // Who has no hit here may have one there: that nothing was known then says nothing.
  if (one.userId === undefined && other.userId !== undefined) return mergePeople(other, one)
  const isWithout = one.userId !== undefined && other.userId === undefined
  return eachDeed(one, (deed) => {
    const findings = [one[deed], ...(isWithout && other[deed].is !== 'yes' ? [] : [other[deed]])]
    const is = (['yes', 'unknown', 'no'] as const).find((each) => findings.some((finding) => finding.is === each))!
    return joined(is, findings)
  })
}

/** What is known now, after what was known before: a mail that is gone meanwhile does not make anything undone. */
export function mergeEarlier(earlier: MailPerson, now: MailPerson): MailPerson {
  const { userId } = earlier
  return eachDeed({ ...(userId !== undefined && { userId }), ...now }, (deed) => {
    const [before, after] = [earlier[deed], now[deed]]
    if (before.is === 'yes') return joined('yes', [before, after])
    return after.is === 'unknown' ? before : after
  })
}

function eachDeed(person: MailPerson, find: (deed: (typeof DEEDS)[number]) => Finding): MailPerson {
  const { userPrincipalName, userId } = person
  return {
    userPrincipalName,
    ...(userId !== undefined && { userId }),
    opened: find('opened'),
    replied: find('replied'),
    forwarded: find('forwarded'),
    clicked: find('clicked'),
  }
}

/** The evidence of those findings that say so, each sentence once. */
function joined(is: Finding['is'], findings: readonly Finding[]): Finding {
  const evidence = findings.filter((finding) => finding.is === is).flatMap((finding) => finding.evidence)
  return { is, evidence: [...new Set(evidence)] }
}

/** What could not be found out of people: a sentence for each deed of which that is so, with a reason for example. */
export function gapsOf(people: readonly MailPerson[]): string[] {
  return DEEDS.flatMap((deed) => {
    const unknown = people.filter((person) => person.userId !== undefined && person[deed].is === 'unknown')
    const [first] = unknown
    if (!first) return []
    return [`Who ${deed} it is unknown of ${unknown.length} of ${people.length} people: ${first[deed].evidence[0]}`]
  })
}
