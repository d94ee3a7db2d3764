import type { AttachmentView, LinkView, MessageView } from '@cordon/api'
import type { ReactNode } from 'react'

import { count, number } from '#lib/words.ts'
import { Copy } from '#parts/copy.tsx'

/** Characters of the text that the server sends at most. */
const MOST_SHOWN = 200_000

/** What is in a message, as text that does nothing: the server has defanged every address in it. */
export function MessageContent({ view }: { view: MessageView }) {
  const { text, textLength, links, attachments, headers, notOpened } = view
  return (
    <div className="space-y-4 text-sm">
      <pre className="max-h-80 overflow-auto rounded-md bg-sunken p-3 font-sans text-sm break-words whitespace-pre-wrap">
        {text || '(no text)'}
      </pre>
      {textLength > MOST_SHOWN && (
        <p className="text-xs text-ink-3">
          The first {number(MOST_SHOWN)} of {number(textLength)} characters.
        </p>
      )}
      <Part title={count(links.length, 'link')} isOpen={links.length > 0}>
        {links.map((link) => (
          <LinkRow key={`${link.written} ${link.shown}`} {...link} />
        ))}
      </Part>
      <Part title={count(attachments.length, 'file')} isOpen={attachments.length > 0}>
        {attachments.map((attachment) => (
          <AttachmentRow key={`${attachment.within.join()} ${attachment.name}`} {...attachment} />
        ))}
        {notOpened.map(({ path, why }) => (
          <li key={path} className="break-words text-warn">
            {path} was not opened: {why}
          </li>
        ))}
      </Part>
      <Part title={count(headers.length, 'header')}>
        <li>
          <pre className="font-mono text-xs break-all whitespace-pre-wrap">
            {headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}
          </pre>
        </li>
      </Part>
    </div>
  )
}

function Part({ title, isOpen = false, children }: { title: string; isOpen?: boolean; children: ReactNode }) {
  return (
    <details open={isOpen} className="border-t border-line pt-3">
      <summary className="cursor-pointer rounded font-medium">{title}</summary>
      <ul className="mt-2 space-y-2">{children}</ul>
    </details>
  )
}

const Within = ({ within }: { within: string[] }) =>
  within.length > 0 && <span className="block text-xs text-ink-3">in {within.join(' › ')}</span>

function LinkRow({ shown, written, goesTo, within }: LinkView) {
  return (
    <li>
      {shown && <span className="block break-words">“{shown}”</span>}
      <span className="block text-xs text-ink-3">goes to</span>
      <Copy text={goesTo} label="link" />
      {written !== goesTo && <span className="block truncate text-xs text-ink-3">written as {written}</span>}
      <Within within={within} />
    </li>
  )
}

function AttachmentRow({ name, mediaType, size, hashes, within }: AttachmentView) {
  return (
    <li>
      <span className="block font-medium break-all">{name}</span>
      <span className="block text-xs text-ink-3">
        {mediaType}, {count(size, 'byte')}
      </span>
      <Copy text={hashes.sha256} label="SHA-256" />
      <Within within={within} />
    </li>
  )
}
