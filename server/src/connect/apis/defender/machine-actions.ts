import { z } from 'zod'

import { odataQuery, odataString, percentEncode } from '#connect/apis/graph/odata.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

import { READ_MACHINES } from './machines.ts'

/** A command of a live response session, and what became of it. */
const SessionCommand = z.object({
  index: z.int().nullish(),
  /** `Created`, `Completed`, `Failed`, … */
  commandStatus: z.string(),
  errors: z.array(z.string()).nullish(),
  command: z.object({
    type: z.string(),
    params: z.array(z.object({ key: z.string(), value: z.string() })).nullish(),
  }),
})

/**
 * What was asked of a machine, and what became of it. Microsoft takes an order at once and carries it out when the machine
 * asks for work: in a minute or some where it is active, and within three days or not at all where it is not.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/machineaction
 */
export const MachineAction = z.object({
  id: z.string(),
  /** `Isolate`, `Unisolate`, `RunAntiVirusScan`, `LiveResponse`, … */
  type: z.string(),
  /** `Pending`, `InProgress`, `Succeeded`, `Failed`, `TimeOut`, `Cancelled`. */
  status: z.string(),
  /** `Full`, `Selective`, `Quick`, … where the type has one. */
  scope: z.string().nullish(),
  machineId: z.string(),
  /** The application or person that asked. */
  requestor: z.string().nullish(),
  requestorComment: z.string().nullish(),
  creationDateTimeUtc: z.string(),
  lastUpdateDateTimeUtc: z.string().nullish(),
  /** Of a live response session, in their order. */
  commands: z.array(SessionCommand).nullish(),
})
export type MachineAction = z.infer<typeof MachineAction>

/** What an order came to so far. */
export type MachineActionState = 'pending' | 'succeeded' | 'failed' | 'timed-out' | 'cancelled'

/** How much of the network a machine is cut off from. Outlook, Teams and Skype still work in a selectively isolated one. */
export type IsolationType = 'Full' | 'Selective' | 'UnManagedDevice'

export type ScanType = 'Quick' | 'Full'

/** Who asks for an order, and why: Microsoft shows it in the action center. */
export interface Order {
  machineId: string
  comment: string
  signal?: AbortSignal | undefined
}

const MachineActions = z.object({ value: z.array(MachineAction) })

/** How Microsoft says that it is at it. Not in its list of codes; told by those who have met it. */
const UNDER_WAY = 'ActiveRequestAlreadyExists'

/**
 * Asks that a machine be cut off from the network; Defender still reaches it. Where that was asked already and is under way,
 * gives that order: look at its `scope`.
 *
 * @throws AppError CONNECT_*: CONNECT_NOT_FOUND where there is no such machine.
 * @see https://learn.microsoft.com/defender-endpoint/api/isolate-machine
 */
export function isolateMachine(
  microsoft: Microsoft,
  { isolationType, ...order }: Order & { isolationType: IsolationType },
): Promise<MachineAction> {
  return giveOrder(microsoft, order, {
    verb: 'isolate',
    type: 'Isolate',
    body: { IsolationType: isolationType },
    permission: 'Machine.Isolate',
    what: 'Could not isolate the device.',
  })
}

/**
 * Asks that a machine be let back into the network; gives the order under way where that was asked already.
 *
 * @throws AppError CONNECT_*, as {@link isolateMachine}.
 * @see https://learn.microsoft.com/defender-endpoint/api/unisolate-machine
 */
export function unisolateMachine(microsoft: Microsoft, order: Order): Promise<MachineAction> {
  return giveOrder(microsoft, order, {
    verb: 'unisolate',
    type: 'Unisolate',
    body: {},
    permission: 'Machine.Isolate',
    what: 'Could not release the device from isolation.',
  })
}

/**
 * Asks a machine to look for malware, for minutes or hours; gives the scan under way where there is one.
 *
 * @throws AppError CONNECT_*, as {@link isolateMachine}.
 * @see https://learn.microsoft.com/defender-endpoint/api/run-av-scan
 */
export function runAntiVirusScan(
  microsoft: Microsoft,
  { scanType, ...order }: Order & { scanType: ScanType },
): Promise<MachineAction> {
  return giveOrder(microsoft, order, {
    verb: 'runAntiVirusScan',
    type: 'RunAntiVirusScan',
    body: { ScanType: scanType },
    permission: 'Machine.Scan',
    what: 'Could not start a scan of the device.',
  })
}

/** One order by its id. @throws AppError CONNECT_*: CONNECT_NOT_FOUND where there is none. */
export function readMachineAction(microsoft: Microsoft, id: string, signal?: AbortSignal): Promise<MachineAction> {
  return microsoft.json(
    {
      api: 'defender-endpoint',
      path: `/api/machineactions/${percentEncode(id)}`,
      what: 'Could not read what became of an action on a device.',
      permission: READ_MACHINES,
      ...(signal && { signal }),
    },
    MachineAction,
  )
}

/** All orders to a machine, the newest first, whoever gave them. @throws AppError CONNECT_*. */
export async function listMachineActions(
  microsoft: Microsoft,
  machineId: string,
  signal?: AbortSignal,
): Promise<MachineAction[]> {
  const { value } = await microsoft.json(
    {
      api: 'defender-endpoint',
      // A page holds 10,000: more than one machine ever has.
      path: `/api/machineactions${odataQuery({ $filter: `machineId eq ${odataString(machineId)}` })}`,
      what: `Could not read what was asked of the device ${machineId}.`,
      permission: READ_MACHINES,
      ...(signal && { signal }),
    },
    MachineActions,
  )
  return value.toSorted((a, b) => Date.parse(b.creationDateTimeUtc) - Date.parse(a.creationDateTimeUtc))
}

const STATES: Readonly<Record<string, MachineActionState>> = {
  Pending: 'pending',
  InProgress: 'pending',
  Succeeded: 'succeeded',
  Failed: 'failed',
  TimeOut: 'timed-out',
  Cancelled: 'cancelled',
}

/** What an order came to; undefined for a status that Microsoft has added since. */
export const stateOf = ({ status }: MachineAction): MachineActionState | undefined => STATES[status]

export interface Isolation {
  isIsolated: boolean
  /** The order that brought it about; absent where the machine was never isolated. */
  by?: MachineAction
  /** The order that is under way to change it. */
  underWay?: MachineAction
}

/**
 * Whether a machine is isolated. No property of a machine says so: it follows from the newest order of {@link
 * listMachineActions} that was carried out.
 */
export function isolationOf(actions: readonly MachineAction[]): Isolation {
  const orders = actions.filter(({ type }) => type === 'Isolate' || type === 'Unisolate')
  const by = orders.find((order) => stateOf(order) === 'succeeded')
  const underWay = orders.find((order) => stateOf(order) === 'pending')
  return { isIsolated: by?.type === 'Isolate', ...(by && { by }), ...(underWay && { underWay }) }
}

interface Kind {
  verb: string
  type: string
  body: Record<string, unknown>
  permission: string
  what: string
  /** Whether an order of the type asks for the same; all do when absent. */
  isSame?: (order: MachineAction) => boolean
}

/**
 * Gives a machine an order; where Microsoft says that one is under way, the one that it is.
 *
 * @throws AppError CONNECT_*: Microsoft's refusal where the order under way is not the same.
 */
export async function giveOrder(
  microsoft: Microsoft,
  { machineId, comment, signal }: Order,
  { verb, type, body, permission, what, isSame = () => true }: Kind,
): Promise<MachineAction> {
  try {
    return await microsoft.json(
      {
        api: 'defender-endpoint',
        method: 'POST',
        path: `/api/machines/${percentEncode(machineId)}/${verb}`,
        body: { Comment: comment, ...body },
        // Sent a second time because its reply was lost, it is refused as under way.
        repeatable: true,
        what,
        permission,
        ...(signal && { signal }),
      },
      MachineAction,
    )
  } catch (error) {
    if (!(error instanceof AppError) || error.microsoft?.code !== UNDER_WAY) throw error
    const known = await listMachineActions(microsoft, machineId, signal)
    const underWay = known.find((order) => order.type === type && stateOf(order) === 'pending' && isSame(order))
    if (!underWay) throw error
    return underWay
  }
}
