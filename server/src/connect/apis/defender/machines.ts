import { z } from 'zod'

import { odataQuery, odataString, percentEncode } from '#connect/apis/graph/odata.ts'
import type { Microsoft } from '#connect/microsoft.ts'
import { AppError } from '#domain/errors.ts'

/**
 * Devices as Defender for Endpoint knows them, which it calls machines. A computer that was set up anew is another machine of
 * the same name.
 *
 * @see https://learn.microsoft.com/defender-endpoint/api/machine
 */
export const Machine = z.object({
  /** 40 hexadecimal digits. */
  id: z.string(),
  /** Absent until the machine has told it. */
  computerDnsName: z.string().nullish(),
  osPlatform: z.string().nullish(),
  /** `Active`, `Inactive`, `ImpairedCommunication`, `NoSensorData`, …: only an active one does soon what it is told. */
  healthStatus: z.string().nullish(),
  onboardingStatus: z.string().nullish(),
  /** ISO 8601; moves about once a day. */
  lastSeen: z.string().nullish(),
  aadDeviceId: z.string().nullish(),
})
export type Machine = z.infer<typeof Machine>

export const READ_MACHINES = 'Machine.Read.All'

const Machines = z.object({ value: z.array(Machine) })

/** Whether `text` has the form of a machine's id. */
export const isMachineId = (text: string): boolean => /^[\da-f]{40}$/i.test(text)

/** The machine with an id. @throws AppError CONNECT_*: CONNECT_NOT_FOUND where there is none. */
export function readMachine(microsoft: Microsoft, id: string, signal?: AbortSignal): Promise<Machine> {
  return microsoft.json(
    {
      api: 'defender-endpoint',
      path: `/api/machines/${percentEncode(id)}`,
      what: `Could not read the device ${id}.`,
      permission: READ_MACHINES,
      ...(signal && { signal }),
    },
    Machine,
  )
}

/**
 * Machines with a DNS name, those seen last first; none where nothing has the name.
 *
 * @throws AppError CONNECT_*.
 */
export async function findMachines(microsoft: Microsoft, dnsName: string, signal?: AbortSignal): Promise<Machine[]> {
  const $filter = `computerDnsName eq ${odataString(dnsName.toLowerCase())}`
  try {
    const { value } = await microsoft.json(
      {
        api: 'defender-endpoint',
        path: `/api/machines${odataQuery({ $filter })}`,
        what: `Could not look for the device ${dnsName}.`,
        permission: READ_MACHINES,
        ...(signal && { signal }),
      },
      Machines,
    )
    return value.toSorted((a, b) => Date.parse(b.lastSeen ?? '') - Date.parse(a.lastSeen ?? ''))
  } catch (error) {
    // Documented for a list, too: "If no recent machines - 404 Not Found".
    if (error instanceof AppError && error.code === 'CONNECT_NOT_FOUND') return []
    throw error
  }
}
