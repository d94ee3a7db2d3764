/**
 * What the event table keeps apart from the whole document: the ECS fields people search, group and detect on. A field
 * that is not listed is still found, by walking the stored document; it only costs more.
 */

/**
 * - `keyword`: few different values, of which most events have one (a dictionary column); `text`: any other.
 * - `keywords`, `texts`: the same, several an event, and no dictionary. A field that ECS or a normalizer fills with several
 *   values belongs here: a single-valued column keeps the first alone.
 * - `number`: absent is NULL. Absent text is the empty string.
 * - `json`: a value as Microsoft wrote it, of which nobody can say that it is one text: what is none stands there as JSON.
 */
export type ColumnKind = 'keyword' | 'text' | 'keywords' | 'texts' | 'number' | 'json'

export interface Column {
  name: string
  /** Dotted ECS path. */
  path: string
  kind: ColumnKind
  /** Rows stored before there was the column do not have it yet: for them it is made from the document. */
  filling?: boolean
}

/** Column, ECS path, kind. Adding one: a line here; `migrate()` adds it to the table, empty for events stored before. */
const FIELDS: readonly (readonly [name: string, path: string, kind: ColumnKind])[] = [
  ['event_dataset', 'event.dataset', 'keyword'],
  ['event_kind', 'event.kind', 'keyword'],
  ['event_category', 'event.category', 'keywords'],
  ['event_type', 'event.type', 'keywords'],
  ['event_action', 'event.action', 'keyword'],
  ['event_outcome', 'event.outcome', 'keyword'],
  ['event_code', 'event.code', 'keyword'],
  ['event_provider', 'event.provider', 'keyword'],
  ['event_reason', 'event.reason', 'text'],
  ['event_severity', 'event.severity', 'number'],
  ['organization_id', 'organization.id', 'text'],
  ['service_name', 'service.name', 'text'],
  ['user_id', 'user.id', 'text'],
  ['user_name', 'user.name', 'text'],
  ['user_email', 'user.email', 'text'],
  ['user_domain', 'user.domain', 'text'],
  ['user_target_id', 'user.target.id', 'texts'],
  ['user_target_name', 'user.target.name', 'texts'],
  ['user_target_email', 'user.target.email', 'texts'],
  ['group_name', 'group.name', 'keywords'],
  ['source_ip', 'source.ip', 'text'],
  ['source_port', 'source.port', 'number'],
  ['source_country', 'source.geo.country_iso_code', 'text'],
  ['source_as_number', 'source.as.number', 'number'],
  ['destination_ip', 'destination.ip', 'text'],
  ['host_id', 'host.id', 'text'],
  ['host_name', 'host.name', 'text'],
  ['process_name', 'process.name', 'text'],
  ['user_agent', 'user_agent.original', 'text'],
  ['user_agent_name', 'user_agent.name', 'text'],
  ['user_agent_os', 'user_agent.os.name', 'text'],
  ['file_name', 'file.name', 'texts'],
  ['file_directory', 'file.directory', 'text'],
  ['file_extension', 'file.extension', 'keywords'],
  ['file_sha256', 'file.hash.sha256', 'texts'],
  ['url_original', 'url.original', 'texts'],
  ['url_domain', 'url.domain', 'keywords'],
  ['email_from', 'email.from.address', 'texts'],
  ['email_to', 'email.to.address', 'texts'],
  ['email_subject', 'email.subject', 'texts'],
  ['email_message_id', 'email.message_id', 'texts'],
  ['rule_id', 'rule.id', 'keywords'],
  ['rule_name', 'rule.name', 'keywords'],
  ['related_ip', 'related.ip', 'texts'],
  ['related_user', 'related.user', 'texts'],
  ['tags', 'tags', 'keywords'],
]

/** The columns filled from ECS fields. */
export const COLUMNS: readonly Column[] = FIELDS.map(([name, path, kind]) => ({ name, path, kind }))

/**
 * Fields of records by which rules tell apart events of one operation. Searching does not know them: what is a list here
 * is a text for it. The engine makes them from the document for events that were stored before.
 */
export const RECORD_COLUMNS: readonly Column[] = [
  { name: 'audit_user', path: 'o365.audit.UserId', kind: 'json' },
  { name: 'audit_parameters', path: 'o365.audit.Parameters', kind: 'json' },
  { name: 'audit_changes', path: 'o365.audit.ModifiedProperties', kind: 'json' },
]

/** The columns filled from fields of events, in the order rows are written. */
export const WRITTEN_COLUMNS: readonly Column[] = [...COLUMNS, ...RECORD_COLUMNS]

/** Columns in which going back over history can seek texts. */
export const HUNTED: ReadonlyMap<string, Column> = new Map(
  WRITTEN_COLUMNS.filter(({ kind }) => kind !== 'number').map((column) => [column.path, column]),
)

/** The columns every event has, of which searching treats these as text: the identity, the sentence, the record's text. */
const FIXED: readonly Column[] = [
  { name: 'event_id', path: 'event.id', kind: 'text' },
  { name: 'message', path: 'message', kind: 'text' },
  { name: 'original', path: 'event.original', kind: 'text' },
]

const BY_PATH = new Map([...FIXED, ...COLUMNS].map((column) => [column.path, column]))

/** The column that holds an ECS field; undefined when only the document has it. */
export function columnAt(path: string, promoted: ReadonlyMap<string, Column>): Column | undefined {
  return BY_PATH.get(path) ?? promoted.get(path)
}

/**
 * ClickHouse's type of each kind. A table that was made before there were dictionaries has texts in their place, and is asked
 * alike.
 */
export const SQL_TYPES: Readonly<Record<ColumnKind, string>> = {
  keyword: 'LowCardinality(String)',
  text: 'String',
  keywords: 'Array(String)',
  texts: 'Array(String)',
  number: 'Nullable(Float64)',
  json: 'String',
}
