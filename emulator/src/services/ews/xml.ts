import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** XML in and out. Namespaces are left aside on the way in: elements are known by their local names. */
export interface Element {
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly Element[]
  /** Text directly inside, entities resolved. */
  text: string
}

const DEEPEST = 64

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  // Resolved below: the library leaves out characters written as numbers.
  processEntities: false,
})

/** The root element; undefined for what is not well-formed, nested too deeply, or brings a document type of its own. */
export function readXml(text: string): Element | undefined {
  if (/<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)/i.test(text) || tooDeep(text) || XMLValidator.validate(text) !== true)
    return undefined
  try {
    const nodes = parser.parse(text) as Node[]
    const root = nodes.find((node) => !('?xml' in node) && !('#text' in node))
    return root && elementOf(root)
  } catch {
    return undefined
  }
}

/** Judged before parsing, which would follow every level down. Reads each character once. */
function tooDeep(text: string): boolean {
  let depth = 0
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const skipped = SKIPPED.find(([open]) => text.startsWith(open, at))
    const end = skipped ? text.indexOf(skipped[1], at) : endOfTag(text, at)
    if (end < 0) return false
    if (!skipped && text[at + 1] === '/') depth--
    else if (!skipped && text[end - 1] !== '/' && ++depth > DEEPEST) return true
    at = end
  }
  return false
}

/** What is no element, and where it ends. */
const SKIPPED = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const

/** The `>` of a tag; those in quotes are not meant. */
function endOfTag(text: string, from: number): number {
  let quote = ''
  for (let at = from; at < text.length; at++) {
    const character = text[at]!
    if (quote) quote = character === quote ? '' : quote
    else if (character === '>') return at
    else if (character === '"' || character === "'") quote = character
  }
  return -1
}

type Node = Record<string, unknown>

function elementOf(node: Node): Element {
  const name = Object.keys(node).find((key) => key !== ':@')!
  const inside = node[name] as Node[]
  return {
    name,
    attributes: Object.fromEntries(
      Object.entries((node[':@'] as Record<string, string> | undefined) ?? {}).map(([key, value]) => [
        key,
        unescapeXml(value),
      ]),
    ),
    children: inside.filter((each) => !('#text' in each)).map(elementOf),
    text: unescapeXml(inside.map((each) => String(each['#text'] ?? '')).join('')),
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The five entities of XML and characters by their number; others stay as they are written. */
const unescapeXml = (text: string): string =>
  text.replaceAll(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name) return ENTITIES[String(name).toLowerCase()]!
    const code = hex ? Number.parseInt(String(hex), 16) : Number(decimal)
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole
  })

export const child = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((each) => each.name === name)

/** Text inside a child, trimmed; undefined where there is none. */
export const textOf = (element: Element | undefined, name: string): string | undefined =>
  child(element, name)?.text.trim()

/** Text as it may stand in an element or an attribute; characters that XML cannot hold are left out. */
export const escapeXml = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;')

/** An element of types (`t:`) or messages (`m:`) with text inside. */
export const leaf = (name: string, value: string | number | boolean): string =>
  `<${name}>${escapeXml(String(value))}</${name}>`

/** An element around others, given as XML. */
export const tag = (
  name: string,
  inside: string,
  attributes: Readonly<Record<string, string | number | boolean>> = {},
): string => {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
  return inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}</${name}>`
}
