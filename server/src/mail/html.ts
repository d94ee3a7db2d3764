import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2'

/** What a reader gets from HTML: its text, and the addresses that a click or the page itself leads to. */
export interface ReadHtml {
  text: string
  /** Absolute `http` and `https` addresses, in order, each once. Pictures are not among them. */
  urls: string[]
}

/**
 * Never throws, whatever the source: browsers read broken HTML too. Works on tags alone and keeps no tree, so that its time
 * is linear also where elements nest a hundred thousand deep.
 */
export function readHtml(source: string): ReadHtml {
  const reader = new HtmlReader(source)
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader)
  tokenizer.write(source)
  tokenizer.end()
  const lines = reader.text.join('').split('\n')
  const seen = lines.map((line) => line.trim()).filter((line) => line !== '')
  return { text: seen.join('\n'), urls: [...reader.urls] }
}

class HtmlReader implements TokenizerCallbacks {
  readonly text: string[] = []
  readonly urls = new Set<string>()
  readonly #source: string
  #base = NOWHERE
  /** The element whose content is not shown, while in it. */
  #unseen: string | undefined
  #tag = ''
  #attribute = ''
  #value: string[] = []
  #attributes = new Map<string, string>()

  constructor(source: string) {
    this.#source = source
  }

  ontext(start: number, end: number) {
    if (this.#unseen === undefined) this.text.push(this.#source.slice(start, end))
  }
  ontextentity(codepoint: number) {
    if (this.#unseen === undefined) this.text.push(String.fromCodePoint(codepoint))
  }
  oncdata(start: number, end: number) {
    this.ontext(start, end)
  }

  onopentagname(start: number, end: number) {
    this.#tag = this.#source.slice(start, end).toLowerCase()
    this.#attributes.clear()
  }
  onattribname(start: number, end: number) {
    this.#attribute = this.#source.slice(start, end).toLowerCase()
  }
  onattribdata(start: number, end: number) {
    this.#value.push(this.#source.slice(start, end))
  }
  onattribentity(codepoint: number) {
    this.#value.push(String.fromCodePoint(codepoint))
  }
  /** Of an attribute given twice the first counts. */
  onattribend() {
    if (!this.#attributes.has(this.#attribute)) this.#attributes.set(this.#attribute, this.#value.join(''))
    this.#value = []
  }
  onselfclosingtag() {
    this.onopentagend()
  }
  onopentagend() {
    this.#space(this.#tag)
    if (UNSEEN.has(this.#tag)) this.#unseen = this.#tag
    const href = this.#attributes.get('href')
    if (this.#tag === 'base' && href !== undefined) this.#base = absolute(href, this.#base) ?? this.#base
    else if (this.#tag === 'meta') this.#refresh()
    else if (this.#tag !== 'img' && this.#tag !== 'link') {
      for (const attribute of LEADING) this.#lead(this.#attributes.get(attribute))
    }
  }
  onclosetag(start: number, end: number) {
    const name = this.#source.slice(start, end).toLowerCase()
    if (name === this.#unseen) this.#unseen = undefined
    this.#space(name)
  }

  oncomment() {}
  ondeclaration() {}
  onprocessinginstruction() {}
  onend() {}

  #space(tag: string) {
    if (!INLINE.has(tag)) this.text.push('\n')
  }
  #refresh() {
    if (!/^refresh$/i.test(this.#attributes.get('http-equiv') ?? '')) return
    this.#lead(/url\s*=\s*['"]?([^'"]+)/i.exec(this.#attributes.get('content') ?? '')?.[1])
  }
  #lead(address: string | undefined) {
    const url = address === undefined ? undefined : absolute(address, this.#base)
    if (url !== undefined) this.urls.add(url)
  }
}

/** Attributes that lead somewhere; `originalsrc` is what Outlook keeps of a link that Safe Links replaced. */
const LEADING = ['href', 'xlink:href', 'action', 'formaction', 'src', 'data', 'originalsrc']

const UNSEEN: ReadonlySet<string> = new Set(['script', 'style', 'title'])

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
