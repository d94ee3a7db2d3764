// oxlint-disable unicorn/no-thenable -- JSON Schema has a word of that name
import { existsSync, readFileSync } from 'node:fs'

import { Ajv } from 'ajv'
import { XMLParser } from 'fast-xml-parser'
import type { ValidateFunction } from 'ajv'

import { BETA_TYPES } from './beta-types.ts'

/**
 * Microsoft Graph's own schema as a judge of what the emulator answers: closed JSON schemas cut from the published CSDL,
 * further ones made from the CSDL in the same way. The files are not part of the repository; without `../shared` beside
 * it nothing is judged, and tests that are about judging are skipped.
 */
const FOLDER = new URL('../../../../shared/data/graph/', import.meta.url)
const SLICE = new URL('slice-csdl-v1.schemas.json', FOLDER)
const CSDL = new URL('v1.0-Prod.csdl', FOLDER)

const OPTIONS = { strict: false, allErrors: true }

/** False where `../shared` is absent. */
export const hasSchemas = existsSync(SLICE)

type Schema = Record<string, unknown>

/** What is wrong with a value that should be of a type; empty where nothing is. */
export type Verdict = readonly string[]

/**
 * Judges a reply by the type its route declares: `microsoft.graph.user`, `Collection(microsoft.graph.user)`, `Edm.String`.
 * A reply may hold annotations; an entity has an `id` unless `$select` leaves it out.
 */
export function judge(type: string, body: unknown, selected: boolean): Verdict {
  if (!hasSchemas) return []
  const collection = /^Collection\((.+)\)$/.exec(type)?.[1]
  if (!collection && !type.startsWith('Edm.')) return judgeValue(type, body, selected)
  if (typeof body !== 'object' || body === null)
    return [`a ${type} comes as an object with value, not as ${typeof body}`]
  const { value, ...rest } = body as { value?: unknown }
  const strange = Object.keys(rest).filter((name) => !name.startsWith('@odata.'))
  const envelope = strange.map((name) => `/${name} does not belong beside value`)
  if (!collection) return [...envelope, ...judgeValue(type, value, selected)]
  if (!Array.isArray(value)) return [...envelope, '/value is no list']
  return [
    ...envelope,
    ...value.flatMap((each, i) => judgeValue(collection, each, selected).map((problem) => `/value/${i}${problem}`)),
  ]
}

/** True for a type that is in beta alone. */
export const isBetaType = (type: string): boolean => type.replace(/^Collection\((.+)\)$/, '$1') in BETA_TYPES

/** The members of an enumeration, in the order of the schema. */
export function enumMembers(type: string): readonly string[] {
  const members = rest()[type]?.['enum']
  return Array.isArray(members) ? members.map(String) : []
}

function judgeValue(type: string, value: unknown, selected: boolean): Verdict {
  const check = checkOf(type)
  if (!check) return [` is of type ${type}, which the published CSDL does not have`]
  const problems = check(value)
    ? []
    : (check.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
      )
  return isEntity(type) && !selected && !hasId(value) ? [...problems, '/id is missing'] : problems
}

const hasId = (value: unknown) => typeof (value as { id?: unknown } | null)?.id === 'string'

/** What has an `id` is an entity. */
function isEntity(type: string): boolean {
  const { properties, then } = (definitionOf(type) ?? {}) as { properties?: object; then?: { properties?: object } }
  return 'id' in (properties ?? then?.properties ?? {})
}

const checks = new Map<string, ValidateFunction | undefined>()
const [slice, all] = [new Ajv(OPTIONS), new Ajv(OPTIONS)]

/** Compiled when first asked for: all of them take seconds. */
function checkOf(type: string): ValidateFunction | undefined {
  if (!checks.has(type)) checks.set(type, compile(type))
  return checks.get(type)
}

function compile(type: string): ValidateFunction | undefined {
  if (type.startsWith('Edm.')) return slice.compile(primitive(type))
  if (!definitionOf(type)) return undefined
  if (type in BETA_TYPES) return slice.compile(BETA_TYPES[type]!)
  const [judges, definitions] = type in sliced() ? [slice, sliced()] : [all, { ...rest(), ...sliced() }]
  if (!judges.getSchema('graph')) judges.addSchema({ $id: 'graph', $defs: definitions })
  return judges.compile({ $ref: `graph#/$defs/${type}` })
}

const definitionOf = (type: string): Schema | undefined => sliced()[type] ?? BETA_TYPES[type] ?? rest()[type]

let closed: Record<string, Schema> | undefined

function sliced(): Record<string, Schema> {
  if (closed) return closed
  const { $defs } = JSON.parse(readFileSync(SLICE, 'utf8')) as { $defs: Record<string, Schema> }
  closed = Object.fromEntries(Object.entries($defs).map(([name, schema]) => [name, close(name, schema)]))
  return closed
}

let made: Record<string, Schema> | undefined

/** Every type of the CSDL; read only for what the slice lacks. */
const rest = (): Record<string, Schema> => (made ??= fromCsdl(readFileSync(CSDL, 'utf8')))

/**
 * The slice leaves open types open, and a type with subtypes unchecked once `@odata.type` names something that is none of
 * them. Neither is what the real service does with the properties a responder reads.
 */
function close(name: string, schema: Schema): Schema {
  const shut = { ...schema }
  // A type without properties of its own, such as a row of hunting results, holds whatever is put into it.
  const isBag = Object.keys((shut['properties'] as object | undefined) ?? {}).every((each) => each.startsWith('@'))
  if (shut['additionalProperties'] === true && !isBag) shut['additionalProperties'] = false
  // Change tracking tells who came and went beside the property that holds them.
  if (shut['properties']) shut['patternProperties'] = { ...(shut['patternProperties'] as object), '@delta$': true }
  const then = shut['then'] as Schema | undefined
  if (!then || !shut['allOf']) return shut
  const subtypes = (shut['allOf'] as { if: { properties: { '@odata.type': { const: string } } } }[]).map(
    (branch) => branch.if.properties['@odata.type'].const,
  )
  shut['if'] = { not: { required: ['@odata.type'], properties: { '@odata.type': { enum: subtypes } } } }
  shut['then'] = retype(close(name, then), name)
  return shut
}

/** The base type's own shape, under its own name. */
function retype(schema: Schema, name: string): Schema {
  const properties = schema['properties'] as Record<string, Schema> | undefined
  return properties ? { ...schema, properties: { ...properties, '@odata.type': { const: `#${name}` } } } : schema
}

interface CsdlProperty {
  Name: string
  Type: string
  Nullable?: string
}

interface CsdlType {
  Name: string
  BaseType?: string
  Abstract?: string
  Property?: CsdlProperty[]
  NavigationProperty?: { Name: string }[]
  Key?: unknown
}

interface CsdlSchema {
  Namespace: string
  EnumType?: { Name: string; IsFlags?: string; Member?: { Name: string }[] }[]
  ComplexType?: CsdlType[]
  EntityType?: CsdlType[]
}

function fromCsdl(text: string): Record<string, Schema> {
  const many = new Set(['Schema', 'EnumType', 'ComplexType', 'EntityType', 'Property', 'NavigationProperty', 'Member'])
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', isArray: (name) => many.has(name) })
  const document = parser.parse(text) as { 'edmx:Edmx': { 'edmx:DataServices': { Schema: CsdlSchema[] } } }
  const schemas = document['edmx:Edmx']['edmx:DataServices'].Schema
  const types = new Map<string, CsdlType>()
  const shapes: Record<string, Schema> = {}
  for (const { Namespace, EnumType = [], ComplexType = [], EntityType = [] } of schemas) {
    for (const { Name, IsFlags, Member = [] } of EnumType)
      shapes[`${Namespace}.${Name}`] =
        IsFlags === 'true' ? { type: 'string' } : { enum: Member.map((member) => member.Name) }
    for (const type of [...ComplexType, ...EntityType]) types.set(`${Namespace}.${type.Name}`, type)
  }
  const subtypes = Map.groupBy([...types], ([, type]) => unalias(type.BaseType))
  const below = (name: string): string[] => (subtypes.get(name) ?? []).flatMap(([each]) => [each, ...below(each)])
  for (const name of types.keys()) shapes[name] = shapeOf(name, types, below(name))
  return shapes
}

/** The CSDL writes `graph` for `microsoft.graph`. */
const unalias = (name = ''): string => name.replace(/^(Collection\()?graph\./, '$1microsoft.graph.')

function shapeOf(name: string, types: ReadonlyMap<string, CsdlType>, subtypes: readonly string[]): Schema {
  const properties: Record<string, Schema | true> = {}
  for (let type = types.get(name); type; type = types.get(unalias(type.BaseType))) {
    for (const property of type.Property ?? []) properties[property.Name] ??= typeOf(property)
    for (const { Name } of type.NavigationProperty ?? []) properties[Name] ??= true
  }
  const own = {
    type: 'object',
    properties: { ...properties, '@odata.type': { const: `#${name}` } },
    patternProperties: { '@(odata|microsoft\\.graph|removed)': true },
    additionalProperties: false,
  }
  if (subtypes.length === 0) return { ...own, properties: { ...properties, '@odata.type': { type: 'string' } } }
  return {
    type: 'object',
    allOf: subtypes.map((subtype) => ({
      if: { properties: { '@odata.type': { const: `#${subtype}` } }, required: ['@odata.type'] },
      then: { $ref: `#/$defs/${subtype}` },
    })),
    if: {
      not: { required: ['@odata.type'], properties: { '@odata.type': { enum: subtypes.map((each) => `#${each}`) } } },
    },
    then: own,
  }
}

function typeOf({ Type, Nullable }: CsdlProperty): Schema {
  const type = unalias(Type)
  const collection = /^Collection\((.+)\)$/.exec(type)?.[1]
  if (collection) return { type: 'array', items: single(collection) }
  return Nullable === 'false' ? single(type) : { anyOf: [single(type), { type: 'null' }] }
}

const single = (type: string): Schema => (type.startsWith('Edm.') ? primitive(type) : { $ref: `#/$defs/${type}` })

const GUID = '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$'
const MOMENT = String.raw`^\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d{1,12})?(Z|[+-]\d\d:\d\d)$`

function primitive(type: string): Schema {
  switch (type) {
    case 'Edm.Boolean':
      return { type: 'boolean' }
    case 'Edm.Int16':
    case 'Edm.Int32':
    case 'Edm.Int64':
    case 'Edm.Byte':
      return { type: 'integer' }
    case 'Edm.Double':
    case 'Edm.Single':
    case 'Edm.Decimal':
      return { type: 'number' }
    case 'Edm.Guid':
      return { type: 'string', pattern: GUID }
    case 'Edm.DateTimeOffset':
      return { type: 'string', pattern: MOMENT }
    case 'Edm.Untyped':
    case 'Edm.Stream':
      return {}
    default:
      return { type: 'string' }
  }
}
