import type { Microsoft } from '#connect/microsoft.ts'

import { ewsSource } from './ews-source.ts'
import { graphSource } from './graph-source.ts'
import type { MailSource } from './source.ts'

/** The mailboxes behind the door of a connection. */
export function sourceOf(microsoft: Microsoft): MailSource {
  return microsoft.exchange ? ewsSource(microsoft.exchange) : graphSource(microsoft)
}
