import type { Download } from '#app/evidence.ts'

import type { TenantRules } from './tenant-rules.ts'

/** Every file of rules and every tuning as one text of many documents, which any reader of Sigma takes. */
export function exportRules({ files, tunings }: TenantRules): Download {
  const texts = [...[...files.values()].map(({ text }) => text), ...tunings.map(({ yaml }) => yaml)]
  const all = texts.map((text) => `${bare(text)}\n`).join('---\n')
  return { name: 'rules.yml', mediaType: 'application/yaml; charset=utf-8', bytes: new Blob([all]).stream() }
}

/** Without the marks of documents at its ends. */
function bare(text: string): string {
  return text.replace(/^\uFEFF?(?:---[^\S\n]*\n)*/, '').replace(/(?:\n(?:---|\.\.\.)[^\S\n]*)*\s*$/, '')
}
