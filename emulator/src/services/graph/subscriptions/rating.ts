/**
 * How an endpoint does: of what it was sent in the last ten minutes, how much took longer than ten seconds. Beyond a tenth it
 * is slow, and notifications wait ten seconds; beyond three twentieths they are dropped until the window has moved on.
 */
export class Rating {
  readonly #answers: { at: number; late: boolean }[] = []

  /** Protocol time, milliseconds. */
  add(at: number, took: number): void {
    this.#answers.push({ at, late: took >= LATE })
  }

  state(now: number): 'good' | 'slow' | 'drop' {
    while (this.#answers.length > 0 && this.#answers[0]!.at <= now - WINDOW) this.#answers.shift()
    const count = this.#answers.length
    if (count < FEWEST) return 'good'
    const late = this.#answers.filter((answer) => answer.late).length / count
    return late > 0.15 ? 'drop' : late > 0.1 ? 'slow' : 'good'
  }
}

const LATE = 10_000
const WINDOW = 600_000
/** One late answer among few says nothing. */
const FEWEST = 10
