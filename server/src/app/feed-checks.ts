import type { Feed, FeedContext } from '#collect/feed.ts'
import { feedSettings } from '#collect/feed-settings.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { redact } from '#connect/redact.ts'
import type { Clock } from '#domain/clock.ts'
import { AppError, type ErrorCode, toAppError } from '#domain/errors.ts'
import type { ConnectionSettings } from '#domain/tenant.ts'

import type { Fault } from './connection-request.ts'

/** What trying a feed found out before it was saved. */
export interface FeedCheck {
  feed: string
  title: string
  verdict: 'ok' | 'problem' | 'untried'
  /** What was tried, one sentence. */
  detail: string
  problems: FeedProblem[]
}

export interface FeedProblem {
  code: ErrorCode
  what: string
  why: string
  fix: string
  microsoftCode?: string
  /** Consent, signing in or time mends it: no reason not to save the feed. */
  passes: boolean
}

/** The last minutes are listed as a probe, up to what is settled. */
const PROBE_MS = 10 * 60_000
const PATIENCE_MS = 60_000
const AT_ONCE = 4

/** Wrong with the sign-in or the consent, not with the feed: the connection's test tells of these. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'CONNECT_SECRET_WRONG',
  'CONNECT_SECRET_EXPIRED',
  'CONNECT_CERTIFICATE_REFUSED',
  'CONNECT_APPLICATION_UNKNOWN',
  'CONNECT_TENANT_UNKNOWN',
  'CONNECT_TOKEN_REFUSED',
  'CONNECT_PERMISSION_MISSING',
  'CONNECT_THROTTLED',
  'CONNECT_UNREACHABLE',
  'CONNECT_REPLY_UNREADABLE',
])

export interface CheckParts {
  microsoft: Microsoft
  clock: Clock
  settings: ConnectionSettings
  feedSecrets: Readonly<Record<string, string>>
}

/**
 * Tries each feed as it would be collected: by its own check, or by listing the last minutes. Nothing is kept and nothing is
 * switched on. Never throws for what Microsoft answers.
 */
export async function checkFeeds(feeds: readonly Feed[], parts: CheckParts): Promise<FeedCheck[]> {
  const checks: FeedCheck[] = []
  for (let start = 0; start < feeds.length; start += AT_ONCE) {
    checks.push(...(await Promise.all(feeds.slice(start, start + AT_ONCE).map((feed) => checkFeed(feed, parts)))))
  }
  return checks
}

/** What of it stands against saving. */
export function checkFaults(checks: readonly FeedCheck[]): Fault[] {
  return checks.flatMap(({ feed, title, problems }) =>
    problems
      .filter(({ passes }) => !passes)
      .map(({ what, why, fix, microsoftCode }) => ({
        path: `feeds.${feed}`,
        error: new AppError({
          code: 'FEED_CHECK_FAILED',
          what,
          why: `“${title}”: ${why}${microsoftCode && !why.includes(microsoftCode) ? ` (${microsoftCode})` : ''}`,
          fix,
        }),
      })),
  )
}

async function checkFeed(feed: Feed, { microsoft, clock, settings, feedSecrets }: CheckParts): Promise<FeedCheck> {
  const { id, title, source } = feed
  const secret = feedSecrets[id]
  const known = { feed: id, title }
  try {
    const context: FeedContext = {
      ...feedSettings({ feed, settings, ...(secret !== undefined && { secret }) }),
      microsoft,
      clock,
      signal: AbortSignal.timeout(PATIENCE_MS),
    }
    if (source.check) {
      const problems = (await source.check(context)).map((error) => problemOf(error, secret))
      return {
        ...known,
        verdict: problems.length > 0 ? 'problem' : 'ok',
        detail: 'It was tried with its settings.',
        problems,
      }
    }
    // What has to be switched on first is not switched on for a try.
    if (source.prepare) {
      return { ...known, verdict: 'untried', detail: 'It has no settings that Microsoft could refuse.', problems: [] }
    }
    const to = clock.now() - feed.windowing.settleMs
    for await (const _batches of source.list(context, { from: to - PROBE_MS, to })) break
    return { ...known, verdict: 'ok', detail: 'What came in the last ten minutes was listed.', problems: [] }
  } catch (error) {
    const problem = problemOf(toAppError(error, `Could not try the feed “${title}”.`), secret)
    return { ...known, verdict: 'problem', detail: 'It was tried with its settings.', problems: [problem] }
  }
}

function problemOf({ code, what, why, fix, microsoft, retry }: AppError, secret: string | undefined): FeedProblem {
  return {
    code,
    what: redact(what, secret),
    why: redact(why, secret),
    fix: redact(fix, secret),
    ...(microsoft && { microsoftCode: microsoft.code }),
    passes: PASSING.has(code) || retry !== 'never',
  }
}
