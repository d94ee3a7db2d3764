/** Looks for many texts at once; calls `found` with the position of each that is there, perhaps more than once. */
export type Needles = (text: string, found: (needle: number) => void) => void

/** From here on one walk over a text costs less than a search for each, which the processor is good at. */
const WALK_FROM = 24
/** Cells of a table, 4 bytes each; a list beyond it is searched for one by one. */
const MAX_CELLS = 20_000_000

export function createNeedles(texts: readonly string[]): Needles {
  const table = texts.length < WALK_FROM ? undefined : buildTable(texts)
  return table ? (text, found) => walk(table, text, found) : (text, found) => searchEach(texts, text, found)
}

function searchEach(texts: readonly string[], text: string, found: (needle: number) => void): void {
  for (let needle = 0; needle < texts.length; needle++) if (text.includes(texts[needle]!)) found(needle)
}

/**
 * Aho and Corasick's automaton: a state is the longest beginning of any needle that the text read so far ends with.
 * Characters that no needle has share a class, so that a row is as wide as there are different ones.
 */
interface Table {
  classes: Uint16Array
  width: number
  next: Int32Array
  /** Per state, the needles that are the state; most states are none. */
  ends: readonly (readonly number[])[]
  /** Per state, the longest shorter ending of it that is a needle, itself first; 0: there is none. */
  ending: Int32Array
  /** Per state, its longest shorter ending that is a state. */
  shorter: Int32Array
}

const NONE: readonly number[] = []

function buildTable(texts: readonly string[]): Table | undefined {
  const classes = new Uint16Array(65_536)
  let width = 1
  let states = 1
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (classes[code] === 0) classes[code] = width++
    }
    states += text.length
  }
  if (states * width > MAX_CELLS) return undefined
  const next = new Int32Array(states * width)
  const ends = Array.from({ length: states }, () => NONE)
  let count = 1
  for (const [needle, text] of texts.entries()) {
    let state = 0
    for (let at = 0; at < text.length; at++) {
      const cell = state * width + classes[text.charCodeAt(at)]!
      if (next[cell] === 0) next[cell] = count++
      state = next[cell]!
    }
    ends[state] = [...ends[state]!, needle]
  }
  const shorter = linkStates(next, width, states)
  const ending = new Int32Array(states)
  // Shorter states come first in `shorter`, so that what they end with is known.
  for (const [state, fallback] of shorter) ending[state] = ends[state]!.length > 0 ? state : ending[fallback]!
  return {
    classes,
    width,
    next,
    ends,
    ending,
    shorter: Int32Array.from({ length: states }, (_, at) => shorter.get(at) ?? 0),
  }
}

/**
 * Fills in where a state leads when no needle goes on: where its longest shorter ending leads. Breadth first; gives that
 * ending of every state.
 */
function linkStates(next: Int32Array, width: number, states: number): Map<number, number> {
  const shorter = new Map<number, number>()
  const queue = new Int32Array(states)
  let length = 0
  for (let cls = 0; cls < width; cls++) {
    if (next[cls] === 0) continue
    shorter.set(next[cls]!, 0)
    queue[length++] = next[cls]!
  }
  for (let at = 0; at < length; at++) {
    const state = queue[at]!
    const fallback = shorter.get(state)! * width
    for (let cls = 0; cls < width; cls++) {
      const target = next[state * width + cls]!
      if (target === 0) next[state * width + cls] = next[fallback + cls]!
      else {
        shorter.set(target, next[fallback + cls]!)
        queue[length++] = target
      }
    }
  }
  return shorter
}

function walk(
  { classes, width, next, ends, ending, shorter }: Table,
  text: string,
  found: (needle: number) => void,
): void {
  let state = 0
  for (let at = 0; at < text.length; at++) {
    state = next[state * width + classes[text.charCodeAt(at)]!]!
    for (let end = ending[state]!; end !== 0; end = ending[shorter[end]!]!)
      for (const needle of ends[end]!) found(needle)
  }
}
