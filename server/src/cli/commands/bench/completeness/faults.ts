import type { Dice } from './dice.ts'

/** A rule of the emulator's, as `POST /_emu/faults` takes it. */
export interface Fault {
  match: { path: string; probability: number; seed?: number; times?: number }
  do: object
}

const AUDIT = '/activity/feed/subscriptions/content|/activity/feed/audit/'
const GRAPH = '/auditLogs/'
const BOTH = `${AUDIT}|${GRAPH}`
const words = (code: string, message: string) => ({ error: { code, message } })
const SLOW_DOWN = words('TooManyRequests', 'Please retry again later.')

/** Everything that a service does to its clients, with the requests that it can be done to. */
const FAULTS: Record<string, { path: string; do: object }> = {
  'throttled, and told for how long': {
    path: BOTH,
    do: { status: 429, headers: { 'retry-after': '2' }, body: SLOW_DOWN },
  },
  'throttled, and not told for how long': { path: BOTH, do: { status: 429, body: SLOW_DOWN } },
  'throttled within a 403': { path: AUDIT, do: { status: 403, body: words('AF429', 'Too many requests.') } },
  'a connection that is reset': { path: BOTH, do: { reset: true } },
  'a reply cut short': { path: BOTH, do: { truncate: true } },
  'a reply lost after the work was done': { path: BOTH, do: { dropAfterCommit: true } },
  'JSON that is none': { path: BOTH, do: { badJson: true } },
  'HTML with status 200': { path: BOTH, do: { status: 200, body: '<html>Blocked by a filter</html>' } },
  'a service that is busy': { path: BOTH, do: { status: 503, body: words('UnknownError', '') } },
  'an internal error': { path: BOTH, do: { status: 500, body: words('AF50000', 'An internal error occurred.') } },
  'a stale page link (audit log)': {
    path: 'nextPage=',
    do: { status: 400, body: words('AF20031', 'Invalid nextPage Input.') },
  },
  'a stale page link (Graph)': {
    path: '/auditLogs/.*skiptoken=',
    do: { status: 400, body: words('BadRequest', 'Invalid skip token.') },
  },
  'an entry twice': { path: BOTH, do: { duplicate: true } },
  'an answer of yesterday': { path: BOTH, do: { staleRead: true } },
  'a token that ran out': {
    path: BOTH,
    do: { status: 401, body: words('InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.') },
  },
  'a slow answer': { path: BOTH, do: { delayMs: 300 } },
}

/** Strikes nothing and sees everything: how much the worker has asked for. It comes first. */
const COUNTER: Fault = { match: { path: BOTH, probability: 0 }, do: {} }

/** Two to six kinds of faults at once, each as often as chance has it, and not for ever. */
export function drawFaults(dice: Dice): { names: string[]; rules: Fault[] } {
  const names = dice.some(Object.keys(FAULTS), dice.whole(2, 6))
  const rules = names.map((name) => {
    const { path, do: fault } = FAULTS[name]!
    const match = {
      path,
      probability: 0.02 + dice.next() * 0.3,
      seed: dice.whole(1, 1_000_000),
      times: dice.whole(3, 40),
    }
    return { match, do: fault }
  })
  return { names, rules: [COUNTER, ...rules] }
}
