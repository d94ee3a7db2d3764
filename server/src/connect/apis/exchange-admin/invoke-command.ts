import { z } from 'zod'

import { unreadable } from '#connect/faults.ts'
import type { Microsoft, MicrosoftRequest } from '#connect/microsoft.ts'

import { parseExactly } from './exact-json.ts'

/**
 * Commands of Exchange Online PowerShell, run by the REST interface behind it: what the module does, without PowerShell.
 * Microsoft documents the module, not the interface; Exchange's own module and others rely on it.
 *
 * It needs the app role `Exchange.ManageAsApp` and, for the application, a directory role that opens the command.
 */
export interface Cmdlet {
  /** `Get-QuarantineMessage`. */
  name: string
  parameters: Readonly<Record<string, unknown>>
  /** First sentence of the error if it fails. */
  what: string
  /** A directory role that allows it: `Security Reader`. */
  role: string
  /** `contoso.onmicrosoft.com`; the tenant's ID does as well. */
  organization?: string | undefined
  /** As {@link MicrosoftRequest.advice}. */
  advice?: string
  /** Whether it may be sent again when its reply was lost; commands that only read may. */
  repeatable?: boolean
  signal?: AbortSignal | undefined
}

/** An object as PowerShell shows it: `Size`, and beside it `Size@data.type`. Numbers of any size stay exact when written out. */
export const Row = z.record(z.string(), z.unknown())
export type Row = z.infer<typeof Row>

export const EXCHANGE_PERMISSION = 'Exchange.ManageAsApp'

const Answer = z.object({
  value: z.array(Row),
  '@odata.nextLink': z.string().nullish(),
  '@adminapi.warnings': z.array(z.string()).nullish(),
})

/** The most rows that a page may hold. */
const PAGE_ROWS = 1_000
/** The last page that may be asked for. */
const LAST_PAGE = 1_000

/**
 * All rows of a command that takes `Page` and `PageSize`, page by page: that holds out where Exchange's own next links, which
 * one of its servers remembers for a while, do not. No total is told; a page that is not full is the last.
 *
 * @throws AppError CONNECT_*; CONNECT_REPLY_UNREADABLE when Exchange warns that it left rows out, or has more than fit.
 */
export async function* invokePages(microsoft: Microsoft, cmdlet: Cmdlet): AsyncGenerator<Row[], void, undefined> {
  for (let page = 1; page <= LAST_PAGE; page++) {
    const { request, rows, warnings } = await invoke(microsoft, {
      ...cmdlet,
      parameters: { ...cmdlet.parameters, Page: page, PageSize: PAGE_ROWS },
    })
    yield rows
    if (rows.length < PAGE_ROWS) {
      if (warnings.length > 0) throw leftOut(request, warnings.join(' '))
      return
    }
  }
  throw leftOut(requestOf(microsoft, cmdlet), `There are more than ${PAGE_ROWS * LAST_PAGE} rows.`)
}

/**
 * The rows of a command that gives few: what is there of one mailbox or one entry, or what a change came to. Warnings, such as
 * that nothing needed changing, are no errors.
 *
 * @throws AppError CONNECT_*; CONNECT_REPLY_UNREADABLE when Exchange warns that it left rows out, or a row is not of `row`.
 */
export async function invokeCommand<T>(microsoft: Microsoft, cmdlet: Cmdlet, row: z.ZodType<T>): Promise<T[]> {
  const { request, rows, warnings } = await invoke(microsoft, cmdlet)
  const short = warnings.find((warning) => /more results|ResultSize/i.test(warning))
  if (short !== undefined) throw leftOut(request, short)
  const parsed = z.array(row).safeParse(rows)
  if (parsed.success) return parsed.data
  throw unreadable(
    request,
    { status: 200, headers: {}, body: Buffer.alloc(0) },
    `A row of ${cmdlet.name} is not as expected: ${z.prettifyError(parsed.error)}`,
  )
}

async function invoke(microsoft: Microsoft, cmdlet: Cmdlet) {
  const first = requestOf(microsoft, cmdlet)
  const rows: Row[] = []
  const warnings: string[] = []
  let request: MicrosoftRequest | undefined = first
  while (request) {
    const reply = await microsoft.send(request)
    const { data } = Answer.safeParse(parseExactly(reply.body.toString('utf8')))
    if (!data) throw unreadable(request, reply)
    rows.push(...data.value)
    const next: string | undefined = data['@odata.nextLink'] || undefined
    // Warned of and then followed: nothing is left out.
    if (!next) warnings.push(...(data['@adminapi.warnings'] ?? []))
    request = next ? { ...first, path: next } : undefined
  }
  return { request: first, rows, warnings }
}

function requestOf(microsoft: Microsoft, cmdlet: Cmdlet): MicrosoftRequest {
  const { name, parameters, what, role, organization = microsoft.tenantId, advice, signal } = cmdlet
  return {
    api: 'exchange-admin',
    method: 'POST',
    path: `/adminapi/beta/${encodeURIComponent(organization)}/InvokeCommand`,
    headers: {
      'x-cmdletname': name,
      'x-responseformat': 'json',
      // Always the same, so that one server answers all pages: the mailbox of the system that applications act through.
      'x-anchormailbox': `APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@${organization}`,
      prefer: `odata.maxpagesize=${PAGE_ROWS}`,
    },
    body: { CmdletInput: { CmdletName: name, Parameters: parameters } },
    repeatable: cmdlet.repeatable ?? name.startsWith('Get-'),
    what,
    permission: EXCHANGE_PERMISSION,
    role,
    ...(advice !== undefined && { advice }),
    ...(signal && { signal }),
  }
}

function leftOut(request: MicrosoftRequest, warning: string) {
  const reply = { status: 200, headers: {}, body: Buffer.alloc(0) }
  return unreadable(request, reply, `Exchange did not give all rows: ${warning}`)
}
