/** How a field of an event is read in SQL: what `Fields` is to the stream. Every expression is never NULL. */
export interface Source {
  /** Array(String): the texts of the field's values; null is no text. */
  texts(field: string): string
  /** UInt8: the event has the field, be it empty. */
  isThere(field: string): string
  /** UInt8: null is among the field's values. */
  hasNull(field: string): string
  /** Array(String): every scalar value of the event, for keywords. */
  everyText(): string
}
