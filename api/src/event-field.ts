import { z } from 'zod'

import { EventFilterParams } from './event.ts'

/** What comparing and sorting mean for a field. */
export const FieldType = z.enum(['keyword', 'text', 'ip', 'number', 'date', 'boolean'])
export type FieldType = z.infer<typeof FieldType>

export const EventField = z
  .object({
    name: z.string().describe('Dotted path in the document.'),
    type: FieldType,
    kept: z
      .enum(['column', 'promoted', 'document'])
      .describe(
        'In a column of its own, in one because somebody asked for it, or only inside the document, which is slower.',
      ),
    count: z
      .int()
      .optional()
      .describe('Events with the field, of the newest few thousand; absent where none of those has it.'),
  })
  .meta({ id: 'EventField' })
export type EventField = z.infer<typeof EventField>

/** GET /api/tenants/{tenantId}/events/fields: what can be searched, by name. May be kept for some minutes. */
export const EventFields = z
  .object({ fields: z.array(EventField), sampled: z.int().describe('Events that `count` is of.') })
  .meta({ id: 'EventFields' })
export type EventFields = z.infer<typeof EventFields>

/** GET /api/tenants/{tenantId}/events/values: values of a field that begin so, in any case, for completion while typing. */
export const FieldValuesParams = EventFilterParams.extend({
  field: z.string().max(300),
  prefix: z.string().max(300).default(''),
  limit: z.coerce.number().int().min(1).max(100).default(10),
})
export type FieldValuesParams = z.infer<typeof FieldValuesParams>

/** A field of the documents that gets a column of its own: fast to search, to group and to export. */
export const PromoteField = z
  .strictObject({
    name: z.string().min(1).max(300).describe('Dotted path in the document: `o365.audit.ApplicationId`.'),
    type: z.enum(['keyword', 'ip', 'number', 'date', 'boolean']).default('keyword'),
  })
  .meta({ id: 'PromoteField' })
export type PromoteField = z.infer<typeof PromoteField>

/** GET and POST /api/promoted-fields, DELETE /api/promoted-fields/{name}: for all tenants of the installation. */
export const PromotedField = z
  .object({
    name: z.string(),
    type: PromoteField.shape.type.unwrap(),
    createdBy: z.string(),
    createdAt: z.string(),
    state: z
      .enum(['filling', 'ready'])
      .describe('`filling` while events stored before get the column; searching works meanwhile.'),
  })
  .meta({ id: 'PromotedField' })
export type PromotedField = z.infer<typeof PromotedField>

export const PromotedFields = z.object({ fields: z.array(PromotedField) }).meta({ id: 'PromotedFields' })
export type PromotedFields = z.infer<typeof PromotedFields>
