/**
 * The fields of Elastic Common Schema 9.1 that other programs' events are read by, with their types: the field sets that
 * say who, on whom, from where, with what and how it ended. https://www.elastic.co/docs/reference/ecs/ecs-field-reference,
 * Apache-2.0; own rendering. A name without a type is a keyword; `[]` is a field that ECS defines as a list.
 */
export type EcsType = 'keyword' | 'folded' | 'ip' | 'long' | 'float' | 'boolean' | 'date' | 'geo_point' | 'labels'

export interface EcsField {
  type: EcsType
  /** ECS defines it as a list. */
  isList: boolean
}

const OS = 'family full kernel name platform type version'
const HASH = 'md5 sha1 sha256 sha384 sha512 ssdeep tlsh'
const GEO = `city_name continent_code continent_name country_iso_code country_name name postal_code region_iso_code region_name
  timezone location:geo_point`
const USER = 'domain:folded email:folded full_name hash id name:folded roles[]'
const ENDPOINT = `address bytes:long domain:folded ip:ip mac packets:long port:long registered_domain subdomain top_level_domain
  nat.ip:ip nat.port:long as.number:long as.organization.name`
const FILE = `accessed:date created:date ctime:date directory drive_letter extension gid group inode mime_type mode mtime:date name
  owner path size:long target_path type uid`
const PROCESS = `args[] args_count:long command_line end:date entity_id executable exit_code:long name pid:long start:date title
  uptime:long working_directory`
const ADDRESS = 'address[]'
const SIGNATURE = `digest_algorithm exists:boolean flags signing_id status subject_name team_id thumbprint_sha256 timestamp:date
  trusted:boolean valid:boolean`
const PE = 'architecture company description file_version imphash original_file_name pehash product'
const X509 = `alternative_names[] issuer.common_name[] issuer.country[] issuer.distinguished_name issuer.organization[]
  not_after:date not_before:date public_key_algorithm public_key_size:long serial_number signature_algorithm subject.common_name[]
  subject.country[] subject.distinguished_name subject.organization[] version_number`

const SETS: readonly [prefix: string, fields: string][] = [
  ['', 'message tags[] labels:labels'],
  [
    'event',
    `action category[] code created:date duration:long end:date hash id ingested:date kind module outcome provider reason reference
    risk_score:float risk_score_norm:float sequence:long severity:long start:date timezone type[] url`,
  ],
  ...under(['user', 'user.target', 'user.effective', 'user.changes'], USER),
  ...under(
    ['user', 'host'],
    'risk.calculated_level risk.calculated_score:float risk.static_level risk.static_score:float',
  ),
  ...under(['source', 'destination', 'client', 'server'], ENDPOINT),
  ...under(['source', 'destination', 'client', 'server', 'host', 'observer'], GEO, 'geo'),
  ...under(['source', 'destination', 'client', 'server'], USER, 'user'),
  ['host', 'architecture domain:folded hostname id ip[]:ip mac[] name:folded type uptime:long'],
  ['observer', 'hostname ip[]:ip mac[] name product serial_number type vendor version'],
  ['agent', 'build.original ephemeral_id id name type version'],
  ...under(['host', 'observer', 'user_agent'], OS, 'os'),
  ['user_agent', 'device.name name original version'],
  ['device', 'id manufacturer model.identifier model.name serial_number'],
  [
    'url',
    `domain:folded extension fragment full original password path port:long query registered_domain scheme subdomain
    top_level_domain username`,
  ],
  ['file', FILE],
  ['process', PROCESS],
  ['process.parent', PROCESS],
  ...under(['file', 'process', 'process.parent', 'dll', 'email.attachments.file'], HASH, 'hash'),
  ...under(['file', 'process', 'process.parent', 'dll'], SIGNATURE, 'code_signature'),
  ...under(['file', 'process', 'process.parent', 'dll'], PE, 'pe'),
  ...under(['file'], X509, 'x509'),
  ...under(['process', 'process.parent'], USER, 'user'),
  ['dll', 'name path'],
  ['registry', 'hive key path value data.type data.strings[] data.bytes'],
  [
    'network',
    'application bytes:long community_id direction forwarded_ip:ip iana_number name packets:long protocol transport type vlan.id',
  ],
  [
    'http',
    `request.body.bytes:long request.bytes:long request.id request.method request.mime_type request.referrer
    response.body.bytes:long response.bytes:long response.mime_type response.status_code:long version`,
  ],
  ['dns', 'id op_code question.class question.name question.type resolved_ip[]:ip response_code type'],
  [
    'tls',
    'cipher client.ja3 client.server_name established:boolean resumed:boolean server.ja3s version version_protocol',
  ],
  ...under(['email.from', 'email.to', 'email.cc', 'email.bcc', 'email.reply_to'], ADDRESS),
  [
    'email',
    'content_type delivery_timestamp:date direction local_id message_id origination_timestamp:date sender.address subject x_mailer',
  ],
  ['email.attachments.file', 'extension mime_type name size:long'],
  ['rule', 'author[] category description id license name reference ruleset uuid version'],
  [
    'threat',
    `framework tactic.id[] tactic.name[] tactic.reference[] technique.id[] technique.name[] technique.reference[]
    technique.subtechnique.id[] technique.subtechnique.name[] software.alias[] software.id software.name software.platforms[]
    software.reference software.type group.alias[] group.id group.name group.reference`,
  ],
  ['organization', 'id name'],
  ['group', 'domain:folded id name'],
  [
    'log',
    'file.path level logger origin.file.line:long origin.file.name origin.function syslog.appname syslog.hostname',
  ],
  [
    'log.syslog',
    'facility.code:long facility.name msgid priority:long procid severity.code:long severity.name version',
  ],
  [
    'cloud',
    'account.id account.name availability_zone instance.id instance.name machine.type project.id provider region service.name',
  ],
  [
    'orchestrator',
    `api_version cluster.id cluster.name cluster.url cluster.version namespace organization resource.id resource.ip[]:ip
    resource.name resource.parent.type resource.type type`,
  ],
  [
    'package',
    `architecture build_version checksum description install_scope installed:date license name path reference size:long type
    version`,
  ],
  ['container', 'id image.name image.tag[] name runtime'],
  ['service', 'address environment ephemeral_id id name node.name state type version'],
  ['error', 'code id message stack_trace type'],
  [
    'vulnerability',
    'id category[] classification description enumeration reference report_id severity score.base:float',
  ],
  ['related', 'hash[] hosts[] ip[]:ip user[]'],
  ['trace', 'id'],
  ['transaction', 'id'],
  ['span', 'id'],
]

function under(prefixes: readonly string[], fields: string, set?: string): [string, string][] {
  return prefixes.map((prefix) => [set === undefined ? prefix : `${prefix}.${set}`, fields])
}

const FIELDS: ReadonlyMap<string, EcsField> = new Map(
  SETS.flatMap(([prefix, fields]) =>
    fields.split(/\s+/).map((written): [string, EcsField] => {
      const [, name = '', list, type = 'keyword'] = /^([^:[]+)(\[\])?(?::(\w+))?$/.exec(written) ?? []
      return [prefix === '' ? name : `${prefix}.${name}`, { type: type as EcsType, isList: list !== undefined }]
    }),
  ),
)

/** Every path that lies above a field: `user`, `user.target`. */
const PARENTS: ReadonlySet<string> = new Set(
  [...FIELDS.keys()].flatMap((path) => {
    const steps = path.split('.')
    return steps.slice(1).map((_, at) => steps.slice(0, at + 1).join('.'))
  }),
)

/** The field at a dotted path, or undefined where ECS has none that is read. */
export function ecsField(path: string): EcsField | undefined {
  return FIELDS.get(path)
}

/** True where fields lie below the path. */
export function isAboveEcsFields(path: string): boolean {
  return PARENTS.has(path)
}
