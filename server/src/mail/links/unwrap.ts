/**
 * Mail gateways and web sites hide where a link goes behind an address of their own. Each way back is written here from
 * the vendor's format; a wrapper that carries no target (Mimecast, shorteners) stays as it is, since asking it would tell
 * the sender that somebody looked.
 */

/** Deeper chains than this are made to tire the reader. */
const LONGEST_CHAIN = 10

/** `url`, and every address found within it, outermost first; the last one is where the link goes. */
export function unwrap(url: string): string[] {
  const chain = [url]
  while (chain.length < LONGEST_CHAIN) {
    const next = unwrapOnce(chain.at(-1)!)
    if (next === undefined || chain.includes(next)) break
    chain.push(next)
  }
  return chain
}

function unwrapOnce(url: string): string | undefined {
  const parsed = URL.parse(url)
  if (!parsed) return undefined
  for (const { host, path, target } of WRAPPERS) {
    if (!host.test(parsed.hostname) || (path && !path.test(parsed.pathname))) continue
    const found = target(parsed, url)
    const inner = found && URL.parse(/^[a-z][a-z0-9+.-]*:/i.test(found) ? found : `http://${found}`)
    if (inner && (inner.protocol === 'http:' || inner.protocol === 'https:') && inner.hostname !== '') return inner.href
  }
  return undefined
}

interface Wrapper {
  host: RegExp
  path?: RegExp
  target: (parsed: URL, url: string) => string | undefined
}

/** The first of these parameters that is there; the URL parser has percent-decoded it. */
const parameter =
  (...names: string[]) =>
  ({ searchParams }: URL) =>
    names.map((name) => searchParams.get(name)).find((value) => value !== null && value !== '') ?? undefined

const WRAPPERS: readonly Wrapper[] = [
  // Microsoft Safe Links; in Teams and in the US Government clouds too.
  { host: /(^|\.)safelinks\.(protection\.)?(outlook\.com|office365\.us)$/, target: parameter('url') },
  { host: /^statics\.teams\.cdn\.office\.net$/, path: /safelinks/i, target: parameter('url') },
  { host: /^urldefense\.(proofpoint\.)?com$/, path: /^\/v1\//, target: parameter('u') },
  { host: /^urldefense\.(proofpoint\.)?com$/, path: /^\/v2\//, target: proofpoint2 },
  { host: /^urldefense\.(com|us|proofpoint\.com)$/, path: /^\/v3\//, target: proofpoint3 },
  { host: /^linkprotect\.cudasvc\.com$/, target: parameter('a') },
  { host: /^secure-web\.cisco\.com$/, target: lastSegment },
  { host: /\.protection\.sophos\.com$/, target: sophos },
  { host: /^protect\d*\.fireeye\.com$/, target: parameter('u') },
  { host: /^clicktime\.symantec\.com$/, target: parameter('u') },
  { host: /\.trendmicro\.(com|eu|co\.jp)$/, path: /clicktime/, target: parameter('url') },
  { host: /^(scanmail|url)\.trustwave\.com$|^scanmail\.trustwave\.com$/, target: parameter('u') },
  {
    host: /^(www\.)?google(\.[a-z]{2,3}){1,2}$/,
    path: /^\/(url|imgres|amp\/s)?$/,
    target: parameter('q', 'url', 'imgurl'),
  },
  { host: /^(www\.)?google(\.[a-z]{2,3}){1,2}$/, path: /^\/amp\/s\//, target: ({ pathname }) => pathname.slice(7) },
  { host: /^translate\.google(\.[a-z]{2,3}){1,2}$/, target: parameter('u') },
  { host: /\.translate\.goog$/, target: translated },
  { host: /^(www\.)?bing\.com$/, path: /^\/ck\/a/, target: bing },
  {
    host: /^(l|lm)\.(facebook|instagram)\.com$|^(www\.)?facebook\.com$/,
    path: /^\/(l\.php)?$/,
    target: parameter('u'),
  },
  { host: /^(www\.)?linkedin\.com$/, path: /^\/(safety\/go|redir\/)/, target: parameter('url') },
  { host: /^(www\.)?youtube\.com$/, path: /^\/redirect/, target: parameter('q') },
  { host: /^slack-redir\.net$/, target: parameter('url') },
  { host: /^vk\.com$/, path: /^\/away\.php/, target: parameter('to') },
]

/** `-` stands for `%` and `_` for `/`. */
function proofpoint2({ searchParams }: URL): string | undefined {
  const coded = searchParams.get('u')
  return coded === null ? undefined : percentDecoded(coded.replaceAll('-', '%').replaceAll('_', '/'))
}

/**
 * `__address__;bytes!`: characters the gateway did not trust are `*` in the address and stand, base64, in the bytes;
 * `**X` is a run of them whose length is X's place in the alphabet. Some mail clients write the `!` as `%21`.
 */
function proofpoint3(_parsed: URL, url: string): string | undefined {
  const start = url.indexOf('/v3/__') + 6
  const middle = url.indexOf('__;', start)
  if (start < 6 || middle < 0) return undefined
  const address = url.slice(start, middle)
  const bytes = url.slice(middle + 3).split(/!|%21/, 1)[0]!
  const kept = [...Buffer.from(bytes, 'base64url').toString('utf8')]
  let used = 0
  const take = (count: number) => kept.slice(used, (used += count)).join('')
  // One slash of the scheme's two is lost on the way through some servers.
  return address
    .replaceAll(/\*(?:\*(.))?/gs, (_token, run: string | undefined) => take(run ? RUNS.indexOf(run) + 2 : 1))
    .replace(/^([a-z0-9+.-]+:\/)([^/])/i, '$1/$2')
}

const RUNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** `/1<token>/…/https%3A%2F%2Fsite`. */
function lastSegment({ pathname }: URL): string | undefined {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1)
  return /^https?%3a/i.test(last) ? percentDecoded(last) : undefined
}

/** `u` is base64, of the address itself or of a percent-encoded one. */
function sophos({ searchParams }: URL): string | undefined {
  const coded = searchParams.get('u')
  const text = coded === null ? '' : Buffer.from(coded, 'base64').toString('utf8')
  return /^https?(:|%3a)/i.test(text) ? percentDecoded(text) : (searchParams.get('d') ?? undefined)
}

/** `u=a1` and the address in base64. */
function bing({ searchParams }: URL): string | undefined {
  const coded = searchParams.get('u')
  return coded?.startsWith('a1') ? Buffer.from(coded.slice(2), 'base64url').toString('utf8') : undefined
}

/** `bad--site-example.translate.goog` is `bad-site.example`. */
function translated({ hostname, pathname, search }: URL): string {
  const host = hostname.slice(0, -'.translate.goog'.length)
  const own = new URLSearchParams(search)
  for (const name of own.keys().toArray()) if (name.startsWith('_x_tr_')) own.delete(name)
  const query = own.toString()
  return `https://${host.replaceAll(/--|-/g, (dash) => (dash === '-' ? '.' : '-'))}${pathname}${query && `?${query}`}`
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A stray percent sign: the address is still readable as it stands.
    return text
  }
}
