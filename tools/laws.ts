import * as fc from 'fast-check'

/**
 * The same commit must pass or fail the same way every time, so laws draw the same examples in every run. `CORDON_SEED=random`
 * draws others, to look for what nobody has thought of, and `CORDON_SEED=<number>` those of a run that failed.
 */
const asked = process.env.CORDON_SEED ?? '20261121'
if (asked !== 'random') {
  const seed = Number(asked)
  if (!Number.isSafeInteger(seed)) throw new Error(`CORDON_SEED is ${asked}; it takes a whole number, or random.`)
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed })
}
