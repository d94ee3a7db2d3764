import { unwrap } from './unwrap.ts'

/** What a person looks for: a host with everything below it, or one address. */
export interface WantedUrl {
  hostname: string
  /** Absent for a host alone. */
  page?: { port: string; pathname: string; search: URLSearchParams }
}

/**
 * Reads a host (`bad.example`) or an address (`https://bad.example/login`), defanged or wrapped by a mail gateway or not.
 * Undefined when it is neither.
 */
export function parseWantedUrl(value: string): WantedUrl | undefined {
  const plain = refang(value)
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(plain) ? plain : `http://${plain}`)
  if (!url || url.hostname === '' || !/^https?:$/.test(url.protocol)) return undefined
  const target = new URL(unwrap(url.href).at(-1)!)
  const hostname = target.hostname.replace(/\.$/, '')
  if (!/[.:]/.test(hostname)) return undefined
  const { port, pathname, searchParams } = target
  return pathname === '/' && target.search === '' && port === ''
    ? { hostname }
    : { hostname, page: { port, pathname, search: searchParams } }
}

/** `hxxps[:]//bad[.]example` as it is sent: analysts write addresses so that nobody clicks on them. */
export function refang(text: string): string {
  return text
    .trim()
    .replaceAll(/[[({]\s*(?:\.|dot)\s*[\])}]/gi, '.')
    .replaceAll(/[[({]\s*(?:@|at)\s*[\])}]/gi, '@')
    .replaceAll(/[[({]\s*(:\/{0,2}|\/)\s*[\])}]/g, '$1')
    .replace(/^(?:hxxp|h\*\*p|http)(s?)(:?)\/\//i, 'http$1://')
    .replace(/^[<[](.*)[\]>]$/s, '$1')
}

/**
 * Whether an address is the one wanted. A host holds for its subdomains; an address for everything below its path, whatever
 * further parameters there are; http and https are the same.
 */
export function goesTo(
  { hostname, port, pathname, searchParams }: Pick<URL, 'hostname' | 'port' | 'pathname' | 'searchParams'>,
  wanted: WantedUrl,
): boolean {
  const host = hostname.replace(/\.$/, '')
  if (!wanted.page) return host === wanted.hostname || host.endsWith(`.${wanted.hostname}`)
  const { page } = wanted
  return (
    host === wanted.hostname &&
    port === page.port &&
    isBelow(pathname, page.pathname) &&
    [...page.search].every(([name, value]) => searchParams.getAll(name).includes(value))
  )
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(above.endsWith('/') ? above : `${above}/`)
}
