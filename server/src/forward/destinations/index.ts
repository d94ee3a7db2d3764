import type { DestinationKind } from '#forward/destination.ts'

import { elasticsearch } from './elasticsearch/destination.ts'
import { files } from './files/destination.ts'
import { splunk } from './splunk/destination.ts'
import { syslog } from './syslog/destination.ts'
import { webhook } from './webhook/destination.ts'

/** Every kind of destination. One that is not in this list does not exist. */
export const DESTINATIONS: readonly DestinationKind[] = [elasticsearch, splunk, syslog, webhook, files]
