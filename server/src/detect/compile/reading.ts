/** How a rule reads an event. Made by the map of the rule's logsource, or of the event as it is. */
export interface Fields {
  /** Values of the field, arrays and objects flattened to their scalars; undefined when the event has no such field. */
  values(field: string): readonly unknown[] | undefined
  /** Every scalar value of the event, for keywords. */
  everyValue(): Iterable<unknown>
}

/** Values as texts, as written and in lower case; null is no text. */
export interface Texts {
  plain: readonly string[]
  folded: readonly string[]
}

const NO_TEXTS: Texts = { plain: [], folded: [] }
/** Stands between values where all are searched as one text. One byte: V8 is slow with texts of two. */
export const BETWEEN = '\0'

/** One event while rules look at it: what one has looked up, the next does not look up again. */
export class Reading {
  readonly #fields: Fields
  readonly #looks = new Map<string, { values: readonly unknown[] | undefined; texts: Texts | undefined }>()
  #every: Texts | undefined
  #all: { plain: string; folded: string } | undefined

  constructor(fields: Fields) {
    this.#fields = fields
  }

  values(field: string): readonly unknown[] | undefined {
    return this.#look(field).values
  }

  texts(field: string): Texts {
    const look = this.#look(field)
    return (look.texts ??= look.values === undefined ? NO_TEXTS : toTexts(look.values))
  }

  #look(field: string) {
    let look = this.#looks.get(field)
    if (look === undefined) this.#looks.set(field, (look = { values: this.#fields.values(field), texts: undefined }))
    return look
  }

  /** Of every scalar value of the event. */
  everyText(): Texts {
    this.#every ??= toTexts(this.#fields.everyValue())
    return this.#every
  }

  /** Every text of the event in one, with `BETWEEN` between. */
  allText(): { plain: string; folded: string } {
    if (this.#all === undefined) {
      const texts: string[] = []
      for (const value of this.#fields.everyValue())
        if (value !== null && value !== undefined) texts.push(String(value))
      const plain = texts.join(BETWEEN)
      this.#all = { plain, folded: plain.toLowerCase() }
    }
    return this.#all
  }
}

function toTexts(values: Iterable<unknown>): Texts {
  const plain: string[] = []
  const folded: string[] = []
  for (const value of values) {
    if (value === null || value === undefined) continue
    const text = String(value)
    plain.push(text)
    folded.push(text.toLowerCase())
  }
  return plain.length === 0 ? NO_TEXTS : { plain, folded }
}
