import { Parser } from 'htmlparser2'

/** What a reader gets from HTML: its text, and the addresses that a click or the page itself leads to. */
export interface ReadHtml {
  text: string
  /** Absolute `http` and `https` addresses, in order, each once. Pictures are not among them. */
  urls: string[]
}

/** Never throws, whatever the source: browsers read broken HTML too. */
export function readHtml(source: string): ReadHtml {
  const text: string[] = []
  const urls = new Set<string>()
  let base = NOWHERE
  let unseen = 0
  const add = (address: string | undefined) => {
    const url = address === undefined ? undefined : absolute(address, base)
    if (url !== undefined) urls.add(url)
  }
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (UNSEEN.has(name)) unseen += 1
        if (!INLINE.has(name)) text.push('\n')
        if (name === 'base' && attributes['href']) base = absolute(attributes['href'], base) ?? base
        if (name === 'meta' && /^refresh$/i.test(attributes['http-equiv'] ?? '')) {
          add(/url\s*=\s*['"]?([^'"]+)/i.exec(attributes['content'] ?? '')?.[1])
        }
        if (name === 'img' || name === 'link') return
        for (const attribute of LEADING) add(attributes[attribute])
      },
      ontext(piece) {
        if (unseen === 0) text.push(piece)
      },
      onclosetag(name) {
        if (UNSEEN.has(name)) unseen -= 1
        if (!INLINE.has(name)) text.push('\n')
      },
    },
    { decodeEntities: true },
  )
  parser.write(source)
  parser.end()
  const lines = text.join('').split('\n')
  const seen = lines.map((line) => line.trim()).filter((line) => line !== '')
  return { text: seen.join('\n'), urls: [...urls] }
}

/** Attributes that lead somewhere; `originalsrc` is what Outlook keeps of a link that Safe Links replaced. */
const LEADING = ['href', 'xlink:href', 'action', 'formaction', 'src', 'data', 'originalsrc']

const UNSEEN: ReadonlySet<string> = new Set(['script', 'style', 'title', 'template'])

/** Elements that do not end a word: `in<b>voice</b>` is one. */
const INLINE: ReadonlySet<string> = new Set(
  'a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark o:p q s samp small span strike strong sub sup tt u var wbr'.split(
    ' ',
  ),
)

/** So that relative addresses, which lead nowhere in a mail, can be told from absolute ones. */
const NOWHERE = 'http://nowhere.invalid/'

function absolute(address: string, base: string): string | undefined {
  const trimmed = address.trim()
  // Clients open `bad.example/login` although, strictly, it is relative.
  const url = URL.parse(/^[\w-]+(\.[\w-]+)+([/?#:]|$)/.test(trimmed) ? `http://${trimmed}` : trimmed, base)
  return url && /^https?:$/.test(url.protocol) && url.hostname !== 'nowhere.invalid' ? url.href : undefined
}
