import { Copy } from '#parts/copy.tsx'

export function MadeUpPassword({ password }: { password: string }) {
  return (
    <output className="block rounded-md bg-good-soft px-3 py-2 text-sm">
      <p className="font-medium">Hand over this password now: it is shown only this once.</p>
      <Copy text={password} label="password" />
    </output>
  )
}
