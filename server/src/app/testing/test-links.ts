import { type ApprovalLinks, createApprovalLinks } from '#app/approval-links.ts'
import { createTickets } from '#app/tickets.ts'
import type { Clock } from '#domain/clock.ts'
import { testSeal } from '#store/testing/test-seal.ts'

/** Links for approvers under a key of the tests' own. */
export const testLinks = (clock: Clock): ApprovalLinks => createApprovalLinks(createTickets(testSeal(7), clock), clock)
