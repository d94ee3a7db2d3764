import { useEffect, useRef, useState } from 'react'

import { tenantApi, type EventExport, type EventFilter } from '#lib/api.ts'
import { newlinesIn } from '#lib/newlines.ts'
import { saveFile } from '#lib/save-file.ts'

/** An export as it goes on: what came, and of how much. */
export interface ExportRun {
  format: EventExport['format']
  state: 'running' | 'done' | 'failed'
  bytes: number
  /** Events that came; unknown of a format without lines. */
  rows: number | undefined
  total: number
  startedAt: number
  name: string
  error?: unknown
}

const TELL_MS = 200

/** Exports go on while one reads: one at a time, stopped at will. */
export function useExport(tenantId: string) {
  const [run, setRun] = useState<ExportRun>()
  const stop = useRef<AbortController>(undefined)
  useEffect(() => () => stop.current?.abort(), [])

  const start = async (filter: EventFilter, options: EventExport, expected: number) => {
    stop.current?.abort()
    const controller = new AbortController()
    stop.current = controller
    const hasLines = options.format !== 'parquet'
    let now: ExportRun = {
      format: options.format,
      state: 'running',
      bytes: 0,
      rows: hasLines ? 0 : undefined,
      total: expected,
      startedAt: Date.now(),
      name: '',
    }
    const tell = (change: Partial<ExportRun>) => {
      now = { ...now, ...change }
      if (stop.current === controller) setRun(now)
    }
    tell({})
    try {
      const { name, bytes, rows } = await tenantApi(tenantId).exportEvents({ ...filter, ...options }, controller.signal)
      tell({ name, total: rows || expected })
      let told = 0
      const counted = bytes.pipeThrough(
        new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
          transform(chunk, out) {
            now = {
              ...now,
              bytes: now.bytes + chunk.byteLength,
              rows: hasLines ? (now.rows ?? 0) + newlinesIn(chunk) : undefined,
            }
            if (Date.now() - told > TELL_MS) {
              told = Date.now()
              tell({})
            }
            out.enqueue(chunk)
          },
        }),
      )
      // A blob of the browser's own: it keeps large ones on disk, which an array of ours would not.
      saveFile({ name, bytes: await new Response(counted).blob() })
      tell({ state: 'done' })
    } catch (error) {
      if (!controller.signal.aborted) tell({ state: 'failed', error })
    }
  }
  return {
    run,
    start: (filter: EventFilter, options: EventExport, expected: number) => void start(filter, options, expected),
    dismiss: () => {
      stop.current?.abort()
      setRun(undefined)
    },
  }
}
