import { z } from 'zod'

import { Alert } from './alert.ts'
import { ConnectionTest, ConnectionWarning } from './connection.ts'
import { Investigation } from './investigation.ts'

/** A mail that a user reported, read from the events; with what a hunt for it would filter on. */
export const ReportedMail = z
  .object({
    eventId: z.string(),
    reportedAt: z.string(),
    reporter: z.string(),
    subject: z.string().optional(),
    sender: z.string().optional(),
    internetMessageId: z.string().optional(),
    networkMessageId: z.string().optional(),
    /** The alert it belongs to, when a rule made one. */
    alertId: z.string().optional(),
  })
  .meta({ id: 'ReportedMail' })
export type ReportedMail = z.infer<typeof ReportedMail>

/** GET …/overview: four facts at first glance, then what is new. */
export const Overview = z
  .object({
    openAlerts: z.record(z.string(), z.int()).describe('By severity.'),
    reports: z.array(ReportedMail).describe('Newest first, last 7 days.'),
    mailRemovedThisWeek: z.int(),
    feeds: z.array(
      z.object({
        connectionId: z.string(),
        feed: z.string(),
        state: z.enum(['current', 'behind', 'gap', 'never']),
        /** What became available up to here is stored, but for what the coverage shows as open before it. */
        until: z.string().optional(),
        reason: z.string().optional(),
      }),
    ),
    eventsLast24h: z.int(),
    quarantined: z.int(),
    newestAlerts: z.array(Alert).max(10),
    investigations: z.array(Investigation).max(10),
    connections: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        lastTest: ConnectionTest.optional(),
        warnings: z.array(ConnectionWarning),
      }),
    ),
  })
  .meta({ id: 'Overview' })
export type Overview = z.infer<typeof Overview>
