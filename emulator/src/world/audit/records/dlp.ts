import { random } from '#world/random.ts'
import type { Person } from '#world/directory.ts'
import type { World } from '#world/world.ts'

import { auditRecord } from './record.ts'
import type { AuditRecord } from './record.ts'

export interface DlpMatch {
  id: string
  at: number
  person: Person
  /** Exchange (13) or SharePoint (11). */
  place: 'Exchange' | 'SharePoint'
  subject: string
}

/** Record types 11 and 13: a data loss prevention rule matched. Matched values are included; the service strips them. */
export function dlpMatch(world: World, match: DlpMatch): AuditRecord {
  const r = random(world.seed, 'dlp', match.id)
  const mail = match.place === 'Exchange'
  const base = {
    id: match.id,
    at: match.at,
    operation: 'DlpRuleMatch',
    recordType: mail ? 13 : 11,
    workload: match.place,
    userType: 4,
    userId: match.person.userPrincipalName,
    userKey: 'DlpAgent',
    objectId: r.guid(),
  }
  const from = {
    FileName: match.subject,
    From: match.person.userPrincipalName,
    ItemCreationTime: new Date(match.at).toISOString(),
  }
  return auditRecord(world, base, {
    IncidentId: r.guid(),
    PolicyDetails: [
      {
        PolicyId: random(world.seed, 'dlp policy').guid(),
        PolicyName: 'Payment card data',
        Rules: [
          {
            RuleId: random(world.seed, 'dlp rule').guid(),
            RuleName: 'Low volume of card numbers',
            RuleMode: 'Enable',
            Severity: 'Low',
            Actions: ['NotifyUser'],
            OverriddenActions: [],
            ConditionsMatched: {
              SensitiveInformation: [
                {
                  Confidence: 85,
                  Count: 1,
                  SensitiveInformationTypeName: 'Credit Card Number',
                  UniqueCount: 1,
                  SensitiveInformationDetections: {
                    DetectedValues: [
                      {
                        Name: `4000 00** **** ${r.between(1000, 9999)}`,
                        Value: match.subject,
                      },
                    ],
                    ResultsTruncated: false,
                  },
                },
              ],
            },
          },
        ],
      },
    ],
    SensitiveInfoDetectionIsIncluded: true,
    ...(mail
      ? {
          ExchangeMetaData: {
            MessageID: `<${r.hex(24)}@${world.domain}>`,
            From: match.person.userPrincipalName,
            CC: [],
            BCC: [],
            To: ['office@quayside.example'],
            Subject: match.subject,
            Sent: new Date(match.at).toISOString(),
            RecipientCount: 1,
          },
        }
      : {
          SharePointMetaData: {
            ...from,
            SiteCollectionUrl: `https://${world.initialDomain.split('.')[0]}.sharepoint.example`,
          },
        }),
  })
}
