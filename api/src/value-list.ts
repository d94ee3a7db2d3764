import { z } from 'zod'

const Name = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,63}$/)
  .describe('As rules name it, without the percent signs; told apart by case.')
const Value = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .describe('As a value of a rule is written: `*` and `?` are wildcards, a backslash takes that from them.')

export const ListedValue = z
  .object({
    value: z.string(),
    note: z.string().optional(),
    expiresAt: z.string().optional().describe('From this moment on it no longer counts.'),
    isExpired: z.boolean(),
    addedBy: z.string(),
    addedAt: z.string(),
  })
  .meta({ id: 'ListedValue' })
export type ListedValue = z.infer<typeof ListedValue>

/** What rules look up with `expand: '%NAME%'`. */
export const ValueList = z
  .object({
    name: Name,
    description: z.string(),
    createdBy: z.string(),
    createdAt: z.string(),
    values: z.array(ListedValue).describe('Newest first.'),
    usedBy: z.array(z.object({ id: z.string(), title: z.string() })).describe('Rules that look it up.'),
  })
  .meta({ id: 'ValueList' })
export type ValueList = z.infer<typeof ValueList>

/** GET /api/tenants/{tenantId}/value-lists: by name. */
export const ValueListList = z.object({ lists: z.array(ValueList) }).meta({ id: 'ValueListList' })
export type ValueListList = z.infer<typeof ValueListList>

/** POST /api/tenants/{tenantId}/value-lists. LIST_NAME_TAKEN (409) where the tenant has it. */
export const CreateValueList = z
  .strictObject({ name: Name, description: z.string().trim().max(1000).default('') })
  .meta({ id: 'CreateValueList' })
export type CreateValueList = z.infer<typeof CreateValueList>

/** PATCH /api/tenants/{tenantId}/value-lists/{name}: removes, then adds. LIST_FULL (422) beyond 10,000 values. */
export const ChangeValueList = z
  .strictObject({
    add: z
      .array(
        z.strictObject({
          value: Value,
          note: z.string().trim().min(1).max(1000).optional(),
          expiresAt: z.iso.datetime().optional(),
        }),
      )
      .max(10_000)
      .default([]),
    remove: z.array(z.string().max(2000)).max(10_000).default([]),
  })
  .meta({ id: 'ChangeValueList' })
export type ChangeValueListInput = z.input<typeof ChangeValueList>
