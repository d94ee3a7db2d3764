/**
 * What is wrong with a query: it cannot be read, it names something that is not there, it is too much work, or it uses a
 * part of KQL that is not built here.
 */
export type Fault = 'syntax' | 'semantic' | 'limit' | 'not built'

export class KqlError extends Error {
  readonly fault: Fault

  constructor(fault: Fault, message: string) {
    super(message)
    this.fault = fault
  }
}

export const semantic = (message: string) => new KqlError('semantic', message)
export const notBuilt = (what: string) => new KqlError('not built', what)

/** Runs `work` and puts the operator's name before what it finds wrong, as Kusto does. */
export function inOperator<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof KqlError && error.fault === 'semantic' && !error.message.startsWith("'"))
      throw semantic(`'${name}' operator: ${error.message}`)
    throw error
  }
}
