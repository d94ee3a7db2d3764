import type { Type, Value } from './values.ts'

/** What a query is read into. */
export type Node =
  | { kind: 'literal'; type: Type; value: Value }
  | { kind: 'name'; name: string }
  | { kind: 'member'; target: Node; name: string }
  | { kind: 'index'; target: Node; index: Node }
  | { kind: 'call'; name: string; args: readonly Node[] }
  | { kind: 'binary'; operator: string; left: Node; right: Node }
  /** `in`, `has_any`, `between` and their likes: one value against several. */
  | { kind: 'among'; operator: string; left: Node; list: readonly Node[] }
  | { kind: 'negative'; of: Node }
  | { kind: 'star' }
  | { kind: 'pipeline'; pipeline: Pipeline }

/** `Name = expression`, or an expression that is named after what it is made of. */
export interface Named {
  /** Several for a function that gives several columns: `(a, b) = arg_max(…)`. */
  names: readonly string[]
  node: Node
}

export interface Pipeline {
  source: Source
  operators: readonly Operator[]
}

export type Source =
  | { kind: 'table'; name: string }
  | { kind: 'call'; name: string; args: readonly Node[] }
  | { kind: 'datatable'; columns: readonly { name: string; type: Type }[]; values: readonly Node[] }
  | { kind: 'print'; columns: readonly Named[] }
  | { kind: 'range'; name: string; from: Node; to: Node; step: Node }
  | { kind: 'union'; union: Union }
  | { kind: 'search'; search: Search }
  | { kind: 'pipeline'; pipeline: Pipeline }

export interface Union {
  sources: readonly Source[]
  outer: boolean
  fuzzy: boolean
  /** Name of a column that says where a row is from. */
  withSource: string | undefined
}

export interface Search {
  /** Undefined: wherever there is something. */
  tables: readonly string[] | undefined
  condition: Node
}

export type JoinKind =
  | 'innerunique'
  | 'inner'
  | 'leftouter'
  | 'rightouter'
  | 'fullouter'
  | 'leftanti'
  | 'rightanti'
  | 'leftsemi'
  | 'rightsemi'

export interface Sorting {
  node: Node
  descending: boolean
  nullsFirst: boolean
}

export type ParsePart = { kind: 'text'; text: string } | { kind: 'column'; name: string; type: Type } | { kind: 'any' }

export type Operator =
  | { kind: 'where'; condition: Node }
  | { kind: 'project' | 'extend' | 'distinct'; columns: readonly Named[] }
  | { kind: 'project-away' | 'project-keep' | 'project-reorder'; patterns: readonly string[] }
  | { kind: 'project-rename'; renames: readonly { to: string; from: string }[] }
  | { kind: 'summarize'; aggregates: readonly Named[]; by: readonly Named[] }
  | { kind: 'top'; count: Node; by: readonly Sorting[] }
  | { kind: 'take'; count: Node }
  | { kind: 'sort'; by: readonly Sorting[] }
  | { kind: 'count' | 'getschema' | 'ignored' }
  | { kind: 'join'; join: JoinKind; lookup: boolean; right: Source; on: readonly { left: string; right: string }[] }
  | { kind: 'union'; union: Union }
  | { kind: 'mv-expand'; columns: readonly (Named & { type: Type | undefined })[]; limit: Node | undefined }
  | { kind: 'parse'; column: Node; parts: readonly ParsePart[] }
  | { kind: 'search'; search: Search }

export type Binding =
  | { kind: 'value'; node: Node }
  | {
      kind: 'function'
      parameters: readonly { name: string; type: Type; usual: Node | undefined }[]
      statements: readonly Statement[]
      body: Node
    }

export interface Statement {
  name: string
  binding: Binding
}

export interface Query {
  statements: readonly Statement[]
  pipeline: Pipeline
}
