import { startSyslogReceiver } from '#forward/testing/syslog-receiver.ts'
import { testDestination } from '#forward/testing/test-destination.ts'

import { syslog } from './destination.ts'

testDestination(syslog, {
  isSecure: true,
  refuses: false,
  buffered: 2_000_000,
  faults: { reset: 'FORWARD_UNREACHABLE', cut: 'FORWARD_UNREACHABLE' },
  start: startSyslogReceiver,
})
