/** What went through a door to Microsoft. */
export interface Traffic {
  /** Requests sent, those for tokens included; a batch is one. */
  requests: number
  /** Parts of batches. */
  parts: number
  /** Requests and parts that were told to slow down. */
  throttled: number
}
