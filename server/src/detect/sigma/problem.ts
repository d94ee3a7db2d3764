/** Something wrong in a rule file: where, what was found, what is allowed. A file's problems are collected, never only the first. */
export interface RuleProblem {
  file: string
  /** One-based; 0 when the whole file is meant. */
  line: number
  column: number
  found: string
  allowed: string
}

/** Collects the problems of one file while it is read. */
export class ProblemList {
  readonly problems: RuleProblem[] = []
  readonly #file: string
  readonly #locate: (offset: number) => { line: number; col: number }

  constructor(file: string, locate: (offset: number) => { line: number; col: number }) {
    this.#file = file
    this.#locate = locate
  }

  /** Adds a problem at a character offset of the file. */
  add(offset: number | undefined, found: string, allowed: string): void {
    const { line, col } = offset === undefined ? { line: 0, col: 0 } : this.#locate(offset)
    this.problems.push({ file: this.#file, line, column: col, found, allowed })
  }
}
