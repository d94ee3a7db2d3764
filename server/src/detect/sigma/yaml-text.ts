import { Composer, type Document, Lexer, LineCounter, type ParsedNode, Parser } from 'yaml'

import { ProblemList, type RuleProblem } from './problem.ts'

/**
 * YAML as strangers write it: files of many documents, cut apart before they are parsed, each with bounds on what a parser
 * may be led into. A rule that needs more than the bounds belongs into a list (`expand`).
 */
export interface YamlText {
  document: Document.Parsed<ParsedNode>
  /** The document as written. */
  text: string
  /** One-based line of the file where the document begins. */
  line: number
  problems: ProblemList
}

/** The largest rule that SigmaHQ publishes has 300,000 characters: a list of hashes. */
const MAX_CHARACTERS = 500_000
/** Words and signs of YAML. */
const MAX_LEXEMES = 40_000
/** Of `[ ] { } ,`: rules hardly use them, and a parser spends most on those that do not match. */
const MAX_FLOW_SIGNS = 4_000
const MAX_DEPTH = 50
const MAX_ERRORS = 20

class Refused extends Error {
  readonly offset: number
  readonly allowed: string
  constructor(offset: number, found: string, allowed: string) {
    super(found)
    this.offset = offset
    this.allowed = allowed
  }
}

/** Every document of `text` that can be parsed, and the problems of those that cannot. */
export function parseYaml(text: string, file: string): { texts: YamlText[]; problems: RuleProblem[] } {
  const texts: YamlText[] = []
  const broken: RuleProblem[] = []
  for (const { text: own, line } of cutDocuments(text)) {
    const lines = new LineCounter()
    const problems = new ProblemList(file, (offset) => {
      const place = lines.linePos(offset)
      return { line: place.line + line - 1, column: place.col }
    })
    const document = parseOne(own, lines, problems)
    if (problems.failed) broken.push(...problems.problems)
    else if (document?.contents) texts.push({ document, text: own, line, problems })
  }
  if (texts.length === 0 && broken.length === 0) {
    broken.push({ file, line: 0, column: 0, severity: 'error', found: 'nothing', allowed: 'a Sigma rule' })
  }
  return { texts, problems: broken }
}

/** A line that begins with `---` begins a document, whatever stands before it. */
function* cutDocuments(text: string): Generator<{ text: string; line: number }> {
  let line = 1
  for (const part of text.replace(/^\uFEFF/, '').split(/^(?=---(?:\s|$))/m)) {
    yield { text: part, line }
    line += part.split('\n').length - 1
  }
}

function parseOne(text: string, lines: LineCounter, problems: ProblemList): YamlText['document'] | undefined {
  lines.addNewLine(0)
  if (text.length > MAX_CHARACTERS) {
    problems.add(0, `a document of ${text.length} characters`, `at most ${MAX_CHARACTERS}`)
    return undefined
  }
  try {
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false }
    const [document, second] = [...new Composer(options).compose(boundedTokens(text, lines), true, text.length)]
    if (document === undefined) return undefined
    for (const { pos, message } of document.errors.slice(0, MAX_ERRORS)) problems.add(pos[0], message, 'valid YAML')
    if (second) problems.add(second.range[0], 'a second document', '`---` in front of it')
    return document as YamlText['document']
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    problems.add(error.offset, error.message, error.allowed)
    return undefined
  }
}

/** What `yaml` itself does between text and composer, with a look at how much it has become. */
function* boundedTokens(text: string, lines: LineCounter) {
  const parser = new Parser(lines.addNewLine)
  let lexemes = 0
  let flowSigns = 0
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (/^[[\]{},]$/.test(lexeme)) flowSigns++
    if (++lexemes > MAX_LEXEMES || flowSigns > MAX_FLOW_SIGNS) {
      throw new Refused(
        parser.offset,
        'a document of too many values',
        `some ${MAX_LEXEMES / 5} values; more belong in a list`,
      )
    }
    if (parser.stack.length > MAX_DEPTH)
      throw new Refused(parser.offset, 'YAML nested too deep', 'a rule, which is flat')
  }
  yield* parser.end()
}
