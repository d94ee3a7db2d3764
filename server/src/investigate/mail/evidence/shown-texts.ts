import { Parser } from 'htmlparser2'

/** What a reader sees in place of each link of the HTML, by its address in normal form; images say their alternative text. */
export function shownTexts(html: string): Map<string, string> {
  const shown = new Map<string, string>()
  let open: string | undefined
  let text = ''
  const end = () => {
    const seen = text.replaceAll(/\s+/g, ' ').trim()
    if (open !== undefined && seen !== '' && !shown.has(open)) shown.set(open, seen)
    open = undefined
    text = ''
  }
  const parser = new Parser({
    onopentag(name, { href, alt }) {
      if (name === 'a' || name === 'area') {
        end()
        open = href === undefined ? undefined : normal(href.trim())
      }
      if (alt !== undefined) text += ` ${alt}`
    },
    ontext: (part) => void (text += open === undefined ? '' : part),
    onclosetag: (name) => void (name === 'a' && end()),
  })
  parser.end(html)
  end()
  return shown
}

/** `https://bank.example` and `https://bank.example/` are one address; a bare `bank.example` is opened as a web page. */
function normal(address: string): string {
  return URL.parse(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `http://${address}`)?.href ?? address
}
