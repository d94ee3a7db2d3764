import { Download } from 'lucide-react'

import { saveFile } from '#lib/save-file.ts'

import { IconButton } from './button.tsx'
import { CopyButton } from './copy.tsx'

interface Props {
  label: string
  text: string
  /** Under which it can be saved. */
  fileName: string
}

/** Text to be run or uploaded elsewhere: to read, to copy, or to take along as a file. */
export function Script({ label, text, fileName }: Props) {
  return (
    <figure aria-label={label} className="overflow-hidden rounded-md border border-line bg-sunken">
      <figcaption className="flex items-center gap-1 border-b border-line bg-surface py-0.5 pr-1 pl-3 text-xs text-ink-2">
        <span className="min-w-0 flex-1 truncate">{fileName}</span>
        <CopyButton text={text} label={label} />
        <IconButton
          label={`Download ${fileName}`}
          onClick={() => saveFile({ name: fileName, bytes: new Blob([text]) })}
        >
          <Download aria-hidden className="size-4" />
        </IconButton>
      </figcaption>
      {/* Long scripts scroll: the keyboard has to reach them. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard has to reach it */}
      <pre tabIndex={0} className="max-h-72 overflow-auto p-3 font-mono text-xs leading-5">
        {text}
      </pre>
    </figure>
  )
}
