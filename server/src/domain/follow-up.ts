/** What became of the mails that an investigation found: who did what with them, and where copies went. */

/** What somebody did with a mail, as far as Microsoft's data say. */
export interface Finding {
  /** `no`: the sources that would know say so. `unknown`: none could be asked; the evidence says why. */
  is: 'yes' | 'no' | 'unknown'
  /** Sentences, the times in UTC. */
  evidence: string[]
}

/** Somebody who had the mail, or clicked a link of it. */
export interface MailPerson {
  /** Lower case. */
  userPrincipalName: string
  /** Graph user id; absent for somebody who clicked and has no hit, as the copy was theirs by a forward or is gone. */
  userId?: string
  /** Marked as read, or anything below. A rule or a program can mark a mail as read, and a user as unread again. */
  opened: Finding
  replied: Finding
  /** To people who had not got it with this copy. Forwarding by rules leaves no sent copy and is not seen here. */
  forwarded: Finding
  /** A link of it, as Safe Links saw. */
  clicked: Finding
}

/**
 * How a hit was found: by the filter; or as what somebody passed on, sent in answer to all, or kept in Sent Items; or, which
 * is no message then but an event, as what an invitation put into a calendar.
 */
export const HIT_ORIGINS = ['search', 'forward', 'reply', 'sent-copy', 'meeting'] as const
export type HitOrigin = (typeof HIT_ORIGINS)[number]

/** A copy that there is, or was, where Cordon could not make a hit of it. */
export interface UnreachedCopy {
  foundBy: Exclude<HitOrigin, 'search'>
  /** The hit that it comes from. */
  hitId: string
  /** Address of whoever has it, lower case. */
  recipient: string
  /** Empty for an event. */
  internetMessageId: string
  /** Why not, and what can be done about it. */
  reason: string
}

/** How following the hits of an investigation stands. */
export interface FollowUp {
  /** `waiting`: for the end of the search. */
  state: 'waiting' | 'running' | 'done' | 'failed'
  /** When it was asked for, the last time. */
  askedAt: string
  endedAt?: string
  /** Why it failed, one sentence; only when failed. */
  failure?: string
  /** Hits of the investigation when it ended: where there are more, they have not been followed. */
  hits?: number
  /** Hits that it added, over all times. */
  copies: number
  unreached: number
  /** What limits the answer; sentences. */
  notes: string[]
}
