import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'
import { RESOURCE_TITLES } from '#connect/clouds.ts'
import { AppError } from '#domain/errors.ts'

import { createEws, type EwsOptions } from './create-ews.ts'

export interface ExchangeDoorOptions extends EwsOptions {
  /** As {@link OnPremisesExchange.mailboxes}. */
  mailboxes: readonly string[]
}

/**
 * {@link Microsoft} for a connection to an Exchange server on premises: its mail, and for everything that only Microsoft 365
 * has a refusal that says so.
 */
export function createExchangeDoor(options: ExchangeDoorOptions): Microsoft & { close(): Promise<void> } {
  const { tenantId, mailboxes } = options
  const ews = createEws(options)

  function refuse({ what }: Pick<MicrosoftRequest, 'what'>): AppError {
    return new AppError({
      code: 'CONNECT_REQUEST_REFUSED',
      what,
      why: `Microsoft 365 is needed for this, and this connection is to an Exchange server on premises (${ews.host}).`,
      fix: 'Do it through a connection to Microsoft 365, or leave it out.',
    })
  }

  return {
    tenantId,
    exchange: { ews, mailboxes },
    traffic: ews.traffic,
    send: async (request) => {
      throw refuse(request)
    },
    stream: async (request) => {
      throw refuse(request)
    },
    download: async (link) => {
      throw refuse(link)
    },
    json: async (request) => {
      throw refuse(request)
    },
    pages(request) {
      throw refuse(request)
    },
    async batch() {
      throw refuse({ what: 'Microsoft Graph was not asked.' })
    },
    async accessToken(api) {
      throw refuse({ what: `Could not sign in to ${RESOURCE_TITLES[api]}.` })
    },
    grantedRoles: async () => [],
    close: () => ews.close(),
  }
}
