/** A request as a service sees it, and what it answers. A part of a Graph batch looks the same. */
export interface Request {
  method: string
  /** Scheme and host the client used: every absolute URL in an answer starts with it. */
  origin: string
  /** Path as sent, still encoded. */
  path: string
  /** {@link path} cut and decoded; empty where it cannot be decoded. */
  segments: readonly string[]
  query: Query
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: Buffer
  /** Entries on a page where a fault says so, for services that cannot be asked for a size. */
  pageSize?: number
}

/** Of an answer whose body is JSON. */
export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

export interface Reply {
  status: number
  /** For the journal: something out of the ordinary about this answer. */
  note?: string
  headers?: Record<string, string>
  /** An object is sent as JSON. */
  body?: object | string | Buffer
}

/** A query string: names are compared in any case. Raw text is kept so that a next link can repeat it. */
export class Query {
  /** As sent. */
  readonly text: string
  #read: Parameters | undefined

  constructor(text: string) {
    this.text = text
  }

  get #pairs(): Parameters {
    return (this.#read ??= parametersOf(this.text))
  }

  get(name: string): string | undefined {
    const wanted = name.toLowerCase()
    return this.#pairs.find((pair) => pair.lowerName === wanted)?.value
  }

  /** The query string with `changes` made; undefined removes a parameter. */
  with(changes: Record<string, string | undefined>): string {
    const changed = (name: string) => Object.keys(changes).some((key) => key.toLowerCase() === name.toLowerCase())
    const kept = this.#pairs.filter(({ name }) => !changed(name))
    const added = Object.entries(changes).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
    return [...kept, ...added].map(({ name, value }) => `${encodeName(name)}=${encodeURIComponent(value)}`).join('&')
  }

  get names(): string[] {
    return this.#pairs.map(({ name }) => name)
  }
}

type Parameters = readonly { name: string; lowerName: string; value: string }[]

/** A client asks with the same few query strings again and again, so those that were read lately are kept. */
const parametersRead = new Map<string, Parameters>()

function parametersOf(text: string): Parameters {
  let parameters = parametersRead.get(text)
  if (parameters) return parameters
  parameters = [...new URLSearchParams(text)].map(([name, value]) => ({ name, lowerName: name.toLowerCase(), value }))
  if (text.length > LONG) return parameters
  if (parametersRead.size > 1000) parametersRead.clear()
  parametersRead.set(text, parameters)
  return parameters
}

/** Longer query strings, such as those with a page token, are hardly asked twice. */
const LONG = 500

const encodeName = (name: string) => encodeURIComponent(name).replaceAll('%24', '$')

/** Why a service is asked to refuse a request that none of its routes has seen. */
export type Refusal =
  | { reason: 'malformed'; detail: string }
  | { reason: 'too large' }
  | { reason: 'not implemented' }
  | { reason: 'failed' }

/** One of Microsoft's services. */
export interface Service {
  readonly name: string
  /** Host names it answers for; `*.` stands for one label. Each is in the certificate. */
  readonly hosts: readonly string[]
  /** Larger bodies are refused; 4 MB, Graph's own limit, unless given. */
  readonly bodyLimit?: number
  /** True where a path on a shared host belongs to it. */
  owns(segments: readonly string[]): boolean
  /** Answers; also bad requests are answered, never thrown. Routes it lacks: `refuse({reason: 'not implemented'})`. */
  handle(request: Request): Promise<Reply>
  /** An error in the service's own shape. */
  refuse(request: Request, refusal: Refusal): Reply
}
