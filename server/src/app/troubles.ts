import type { AppError } from '#domain/errors.ts'

/**
 * What keeps connections from being read, told once: when it begins, when another cause comes up, and when it is over. A
 * wrong secret fails every feed of a connection at every try, and would fill the log.
 */
export interface Troubles {
  failed(connectionId: string, feed: string, fault: AppError): void
  recovered(connectionId: string, feed: string): void
  /** The feed is no longer to be read. */
  forget(connectionId: string, feed: string): void
}

/** `log` gets each error once, `note` the line that a connection is well again. */
export function createTroubles(log: (error: AppError) => void, note: (line: string) => void): Troubles {
  /** By connection, by feed. */
  const causes = new Map<string, Map<string, string>>()

  /** Whether that was the last one that failed. */
  function forget(connectionId: string, feed: string): boolean {
    const ofConnection = causes.get(connectionId)
    if (!ofConnection?.delete(feed) || ofConnection.size > 0) return false
    return causes.delete(connectionId)
  }

  return {
    failed(connectionId, feed, fault) {
      const ofConnection = causes.get(connectionId) ?? new Map<string, string>()
      causes.set(connectionId, ofConnection)
      const cause = causeOf(fault)
      if (![...ofConnection.values()].includes(cause)) log(fault)
      ofConnection.set(feed, cause)
    },
    recovered(connectionId, feed) {
      if (forget(connectionId, feed)) note(`Connection ${connectionId} is read again: nothing fails any more.`)
    },
    forget,
  }
}

/** Not the whole text: Microsoft puts the time and a trace id into some. */
function causeOf({ code, microsoft, fix }: AppError): string {
  return [code, microsoft?.code, fix].join(' ')
}
