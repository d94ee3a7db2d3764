import type { ApiStage } from './api-stage.ts'

/** Runs a command of Exchange as the onlooker: what came of it, and its rows. */
export async function command(
  { onlooker, emulator }: Pick<ApiStage, 'onlooker' | 'emulator'>,
  name: string,
  parameters: object,
): Promise<{ status: number; rows: Record<string, unknown>[] }> {
  const { status, json } = await onlooker(`/adminapi/beta/${emulator.tenants[0]!.id}/InvokeCommand`, {
    method: 'POST',
    body: { CmdletInput: { CmdletName: name, Parameters: parameters } },
  })
  return { status, rows: (json['value'] as Record<string, unknown>[] | undefined) ?? [] }
}
