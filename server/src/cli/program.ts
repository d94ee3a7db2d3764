import { Command } from 'commander'

import { VERSION } from '#app/version.ts'

import { approveAction } from './commands/actions/approve.ts'
import { executeAction } from './commands/actions/execute.ts'
import { listActions } from './commands/actions/list.ts'
import { planAction } from './commands/actions/plan.ts'
import { rejectAction } from './commands/actions/reject.ts'
import { revealAction } from './commands/actions/reveal.ts'
import { revertAction } from './commands/actions/revert.ts'
import { setShadowOnly } from './commands/actions/shadow-only.ts'
import { resumeActing, stopActing } from './commands/actions/stop.ts'
import { showAction } from './commands/actions/show.ts'
import { closeAlert } from './commands/alerts/close.ts'
import { listAlerts } from './commands/alerts/list.ts'
import { showAlert } from './commands/alerts/show.ts'
import { benchCollect } from './commands/bench/collect.ts'
import { benchCompleteness } from './commands/bench/completeness.ts'
import { benchDetect } from './commands/bench/detect.ts'
import { benchIngest } from './commands/bench/ingest.ts'
import { benchNormalize } from './commands/bench/normalize.ts'
import { benchPurge } from './commands/bench/purge.ts'
import { benchScan } from './commands/bench/scan.ts'
import { benchSearch } from './commands/bench/search.ts'
import { benchSoak } from './commands/bench/soak.ts'
import { addConnection } from './commands/connections/add.ts'
import { changeConnection } from './commands/connections/change.ts'
import { checkConnection } from './commands/connections/check.ts'
import { planConnection } from './commands/connections/plan.ts'
import { showCertificate } from './commands/connections/certificate.ts'
import { listConnections } from './commands/connections/list.ts'
import { removeConnection } from './commands/connections/remove.ts'
import { testConnection } from './commands/connections/test.ts'
import { exportAudit } from './commands/audit/export.ts'
import { listAudit } from './commands/audit/list.ts'
import { verifyAudit } from './commands/audit/verify.ts'
import { backFill } from './commands/back-fill.ts'
import { coverage } from './commands/coverage.ts'
import { detect } from './commands/detect.ts'
import { doctor } from './commands/doctor.ts'
import { addDestination } from './commands/destinations/add.ts'
import { deadLetters } from './commands/destinations/letters.ts'
import { listDestinations } from './commands/destinations/list.ts'
import { removeDestination } from './commands/destinations/remove.ts'
import { steerDestination } from './commands/destinations/steer.ts'
import { testDestination } from './commands/destinations/test.ts'
import { exportEvents } from './commands/events/export.ts'
import { searchEvents } from './commands/events/search.ts'
import { listFields } from './commands/fields/list.ts'
import { demoteField, promoteField } from './commands/fields/promote.ts'
import { importRecords } from './commands/import.ts'
import { createIntakeKey } from './commands/intake-keys/create.ts'
import { listIntakeKeys } from './commands/intake-keys/list.ts'
import { removeIntakeKey } from './commands/intake-keys/remove.ts'
import { estimateInvestigation } from './commands/investigations/estimate.ts'
import { exportInvestigation } from './commands/investigations/export.ts'
import { listHits } from './commands/investigations/hits.ts'
import { listInvestigations } from './commands/investigations/list.ts'
import { downloadFile } from './commands/files/download.ts'
import { listFiles } from './commands/files/list.ts'
import { removeFile } from './commands/files/remove.ts'
import { lookAtMessage } from './commands/investigations/look.ts'
import { listDays } from './commands/investigations/days.ts'
import { listPeople } from './commands/investigations/people.ts'
import { showInvestigation } from './commands/investigations/show.ts'
import { startInvestigation } from './commands/investigations/start.ts'
import { steerInvestigation } from './commands/investigations/steer.ts'
import { rotateKey } from './commands/keys/rotate.ts'
import { normalize } from './commands/normalize.ts'
import { checkRules } from './commands/rules/check.ts'
import { exportRules } from './commands/rules/export.ts'
import { importRules } from './commands/rules/import.ts'
import { listRules } from './commands/rules/list.ts'
import { disableRules, enableRules } from './commands/rules/switch.ts'
import { explainRules } from './commands/rules/explain.ts'
import { setRetention } from './commands/retention/set.ts'
import { showRetention } from './commands/retention/show.ts'
import { listSearches } from './commands/searches/list.ts'
import { removeSearch } from './commands/searches/remove.ts'
import { addToList, createList, removeList, takeOffList } from './commands/lists/change.ts'
import { listLists } from './commands/lists/list.ts'
import { showList } from './commands/lists/show.ts'
import { serveStore } from './commands/store/serve.ts'
import { createToken } from './commands/tokens/create.ts'
import { listTokens } from './commands/tokens/list.ts'
import { removeToken } from './commands/tokens/remove.ts'
import { up } from './commands/up.ts'
import { changeUser, disableUser, enableUser, removeUser, resetPassword } from './commands/users/change.ts'
import { createUser } from './commands/users/create.ts'
import { listUsers } from './commands/users/list.ts'
import { worker } from './commands/worker.ts'

type Register = (parent: Command) => void

/** Commands of one word. */
const VERBS: readonly Register[] = [up, worker, doctor, importRecords, normalize, detect, coverage, backFill]

/** Commands of two words: what, then what to do with it. */
const NOUNS: Record<string, { summary: string; verbs: readonly Register[] }> = {
  connections: {
    summary: 'applications through which Cordon talks to Microsoft',
    verbs: [
      listConnections,
      planConnection,
      addConnection,
      changeConnection,
      checkConnection,
      showCertificate,
      testConnection,
      removeConnection,
    ],
  },
  events: { summary: 'what was collected', verbs: [searchEvents, exportEvents] },
  fields: { summary: 'what events can be searched by', verbs: [listFields, promoteField, demoteField] },
  searches: { summary: 'searches that people keep', verbs: [listSearches, removeSearch] },
  retention: { summary: 'how long events are kept', verbs: [showRetention, setRetention] },
  alerts: { summary: 'what rules found', verbs: [listAlerts, showAlert, closeAlert] },
  rules: {
    summary: 'what Cordon detects by',
    verbs: [checkRules, explainRules, listRules, importRules, enableRules, disableRules, exportRules],
  },
  lists: {
    summary: 'what rules look up by name',
    verbs: [listLists, showList, createList, addToList, takeOffList, removeList],
  },
  investigations: {
    summary: 'hunting mail over mailboxes',
    verbs: [
      listInvestigations,
      estimateInvestigation,
      startInvestigation,
      showInvestigation,
      steerInvestigation,
      listDays,
      listPeople,
      listHits,
      lookAtMessage,
      exportInvestigation,
    ],
  },
  actions: {
    summary: 'what Cordon changes at Microsoft',
    verbs: [
      listActions,
      planAction,
      approveAction,
      rejectAction,
      executeAction,
      revertAction,
      revealAction,
      showAction,
      stopActing,
      resumeActing,
      setShadowOnly,
    ],
  },
  files: { summary: 'what was collected from devices', verbs: [listFiles, downloadFile, removeFile] },
  users: {
    summary: 'who may sign in',
    verbs: [listUsers, createUser, changeUser, disableUser, enableUser, resetPassword, removeUser],
  },
  tokens: { summary: 'API tokens, for programs and this command line', verbs: [createToken, listTokens, removeToken] },
  audit: { summary: 'who did what', verbs: [listAudit, verifyAudit, exportAudit] },
  'intake-keys': {
    summary: 'keys with which programs push records',
    verbs: [createIntakeKey, listIntakeKeys, removeIntakeKey],
  },
  destinations: {
    summary: 'where events and alerts are sent on to',
    verbs: [addDestination, listDestinations, testDestination, steerDestination, deadLetters, removeDestination],
  },
  keys: { summary: 'the key that seals credentials', verbs: [rotateKey] },
  bench: {
    summary: 'how fast Cordon is on this machine',
    verbs: [
      benchCollect,
      benchCompleteness,
      benchDetect,
      benchIngest,
      benchNormalize,
      benchPurge,
      benchScan,
      benchSearch,
      benchSoak,
    ],
  },
  store: { summary: 'the embedded event store', verbs: [serveStore] },
}

/** The command line, whole. */
export function buildProgram(): Command {
  const program = new Command('cordon')
    .description('Incident response for Microsoft 365.')
    .version(VERSION)
    .option('--json', 'print JSON instead of text')
    .option('--url <url>', 'the Cordon server to ask (default: CORDON_URL or http://127.0.0.1:8420)')
    .option('--tenant <tenant>', 'directory (tenant) ID or name; needed only where there are several')
    .exitOverride()
    .showHelpAfterError('(--help shows what there is)')
  for (const register of VERBS) register(program)
  for (const [noun, { summary, verbs }] of Object.entries(NOUNS)) {
    const parent = program.command(noun).description(summary)
    for (const register of verbs) register(parent)
  }
  return program
}
