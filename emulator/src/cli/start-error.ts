/** Said to the person who started the emulator: what happened, why, what to do. */
export class StartError extends Error {
  readonly what: string
  readonly why: string
  readonly fix: string

  constructor(what: string, why: string, fix: string) {
    super(`${what} ${why} ${fix}`)
    this.what = what
    this.why = why
    this.fix = fix
  }
}
