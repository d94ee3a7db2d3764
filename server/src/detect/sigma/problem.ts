/** Where something stands in a file: one-based; 0 when the whole file is meant. */
export interface Place {
  line: number
  column: number
}

/** Something wrong in a rule file: where, what was found, what is allowed. A file's problems are collected, never only the first. */
export interface RuleProblem extends Place {
  file: string
  /** What an error is in does not load; what a warning is in loads, and likely does not do what its author meant. */
  severity: 'error' | 'warning'
  found: string
  allowed: string
}

/** Collects the problems of one document while it is read. */
export class ProblemList {
  readonly problems: RuleProblem[] = []
  readonly #file: string
  readonly #locate: (offset: number) => Place

  constructor(file: string, locate: (offset: number) => Place) {
    this.#file = file
    this.#locate = locate
  }

  /** Adds an error at a character offset of the document; without one it is the whole file's. */
  add(offset: number | undefined, found: string, allowed: string): void {
    this.#add('error', offset, found, allowed)
  }

  warn(offset: number | undefined, found: string, allowed: string): void {
    this.#add('warning', offset, found, allowed)
  }

  get failed(): boolean {
    return this.problems.some(({ severity }) => severity === 'error')
  }

  place(offset: number | undefined): Place {
    return offset === undefined ? { line: 0, column: 0 } : this.#locate(offset)
  }

  #add(severity: RuleProblem['severity'], offset: number | undefined, found: string, allowed: string): void {
    this.problems.push({ file: this.#file, ...this.place(offset), severity, found, allowed })
  }
}

/** A problem without its place. */
export interface Fault {
  found: string
  allowed: string
}
