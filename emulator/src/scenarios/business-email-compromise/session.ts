export const MINUTE = 60_000

/** What the stolen session says that it runs on: the victim’s kind of computer. */
export const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36'

export const OFFICE_HOME = '4765445b-32c6-49b0-83e6-1d93765276ca'

export const OUTLOOK_WEB = '9199bf20-a13f-4107-85dc-02114787ef48'

export const EXCHANGE = '00000002-0000-0ff1-ce00-000000000000'
