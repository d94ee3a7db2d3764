import type { Connection } from 'rhea'

import type { Fault } from '#faults/rules.ts'
import type { Faults } from '#faults/faults.ts'

import { abort, hangUp, tear } from './amqp.ts'
import { errorOf } from './errors.ts'
import type { HubError } from './errors.ts'

/** What can be struck: opening a link, a request on `$cbs` or `$management`, an event on its way to a reader. */
export type Operation = 'ATTACH' | 'PUT-TOKEN' | 'READ' | 'TRANSFER'

/** What is left to do for whoever was struck; the connection is gone where `isCut`. */
export interface Strike {
  isCut: boolean
  /** Refuse with this, or close the link with it. */
  error?: HubError
  /** Milliseconds. */
  delay: number
  /** Do it, and then call {@link Strikes.cut}. */
  isCutAfter: boolean
  isTwice: boolean
}

/** Faults on demand of one connection: the same rules as for HTTP, for the service `event-hubs`. */
export class Strikes {
  /** The newest that the client has put: rules may be for one tenant or application. */
  token = ''
  readonly #faults: Faults
  readonly #connection: Connection

  constructor(faults: Faults, connection: Connection) {
    this.#faults = faults
    this.#connection = connection
  }

  /** The strike of a rule, if one matches; `url` is what rules call the path: `/hub/ConsumerGroups/g/Partitions/0`. */
  on(operation: Operation, url: string): Strike | undefined {
    const token = this.token.startsWith('SharedAccessSignature') ? undefined : this.token
    const fault = this.#faults.strike('event-hubs', operation, url, token)
    return fault && this.#strike(fault)
  }

  cut(): void {
    abort(this.#connection)
  }

  #strike({ amqp, reset, truncate, delayMs = 0, dropAfterCommit = false, duplicate = false }: Fault): Strike {
    const error = amqp && errorOf(amqp.condition, amqp.description)
    const isHungUp = error !== undefined && amqp?.closes === 'connection'
    if (isHungUp) hangUp(this.#connection, error.amqp)
    else if (truncate) tear(this.#connection)
    else if (reset) abort(this.#connection)
    return {
      isCut: Boolean(isHungUp || truncate || reset),
      ...(error && { error }),
      delay: delayMs,
      isCutAfter: dropAfterCommit,
      isTwice: duplicate,
    }
  }
}
