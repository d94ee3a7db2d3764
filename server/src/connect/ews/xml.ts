import { Parser } from 'htmlparser2'

/** XML as EWS writes it. Namespaces are left aside: elements are known by their local names. */
export interface XmlElement {
  name: string
  attributes: Readonly<Record<string, string>>
  children: XmlElement[]
  /** Text directly inside, the entities of XML resolved. */
  text: string
}

/** Replies of EWS nest about a dozen deep. */
const DEEPEST = 64
/** A thousand messages with their recipients and headers are about a hundred thousand. */
const MOST_ELEMENTS = 1_000_000

/**
 * The root element.
 *
 * @throws Error whose message says what is wrong: not well-formed, nested too deep, too many elements, or a document type of
 * its own, which is where entities that grow come from; Exchange sends none.
 */
export function readXml(text: string): XmlElement {
  const document: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [document]
  let elements = 0
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (open.length > DEEPEST) throw new Error(`it nests more than ${DEEPEST} elements`)
        if (++elements > MOST_ELEMENTS) throw new Error(`it has more than ${MOST_ELEMENTS} elements`)
        const element = { name: localName(name), attributes, children: [], text: '' }
        open.at(-1)!.children.push(element)
        open.push(element)
      },
      ontext(piece) {
        open.at(-1)!.text += piece
      },
      onclosetag(_, isImplied) {
        const { name, children, text: inside } = open.pop()!
        // `<a/>` counts as closed by implication, and is empty.
        if (isImplied && (children.length > 0 || inside !== '')) throw new Error(`the element ${name} is not closed`)
      },
      onprocessinginstruction(name) {
        if (name.startsWith('!')) throw new Error('it brings a document type of its own')
      },
    },
    { xmlMode: true },
  )
  parser.write(text)
  const [root, ...more] = document.children
  if (open.length > 1 || !root || more.length > 0 || document.text.trim() !== '')
    throw new Error('it is no whole document')
  parser.end()
  return root
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

export function childOf(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce((found, name) => found?.children.find((each) => each.name === name), element)
}

/** Text inside the element at the end of the path, trimmed; undefined where there is none. */
export function textOf(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  return childOf(element, ...path)?.text.trim()
}

/** Text as it may stand in an element or an attribute; characters that XML cannot hold are left out. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"'\t\n\r]/g, (character) => `&#${character.codePointAt(0)};`)
}
