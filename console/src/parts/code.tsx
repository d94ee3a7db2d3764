import { CopyButton } from './copy.tsx'

/** Microsoft's code, word for word, to copy. */
export function Code({ code }: { code: string }) {
  return (
    <span className="flex items-center gap-1 text-xs">
      Microsoft: <code className="font-mono font-semibold text-ink">{code}</code>
      <CopyButton text={code} label="Microsoft’s code" />
    </span>
  )
}
