import { textOf } from '#normalize/json.ts'
import type { Gathered } from './gather.ts'

/**
 * What an alert says about the attack, in the words of MITRE ATT&CK: Microsoft's names of tactics (`InitialAccess`) and ids of
 * techniques, which it writes alone (`T1566.002`) or in brackets behind a name (`Regsvr32 (T1218.010)`).
 */
export function addThreat(fields: Gathered, tactics: unknown, techniques: unknown): void {
  for (const tactic of textsOf(tactics)) {
    const known = TACTICS.get(tactic.replaceAll(/[\s-]/g, '').toLowerCase())
    if (known === undefined) continue
    fields.add('threat.framework', 'MITRE ATT&CK')
    fields.add('threat.tactic.id', known[0])
    fields.add('threat.tactic.name', known[1])
  }
  for (const technique of textsOf(techniques)) {
    const [, name, id, sub] = TECHNIQUE.exec(technique) ?? []
    if (id === undefined) continue
    fields.add('threat.framework', 'MITRE ATT&CK')
    fields.add('threat.technique.id', id)
    if (sub !== undefined) fields.add('threat.technique.subtechnique.id', `${id}.${sub}`)
    else fields.add('threat.technique.name', name?.trim())
  }
}

const TECHNIQUE = /^([^()]*)\(?(T\d{4})(?:\.(\d{3}))?\)?$/

/** MITRE ATT&CK Enterprise, version 17: id and name of each tactic. */
const TACTICS: ReadonlyMap<string, readonly [id: string, name: string]> = new Map(
  (
    [
      ['TA0043', 'Reconnaissance'],
      ['TA0042', 'Resource Development'],
      ['TA0001', 'Initial Access'],
      ['TA0002', 'Execution'],
      ['TA0003', 'Persistence'],
      ['TA0004', 'Privilege Escalation'],
      ['TA0005', 'Defense Evasion'],
      ['TA0006', 'Credential Access'],
      ['TA0007', 'Discovery'],
      ['TA0008', 'Lateral Movement'],
      ['TA0009', 'Collection'],
      ['TA0011', 'Command and Control'],
      ['TA0010', 'Exfiltration'],
      ['TA0040', 'Impact'],
    ] as const
  ).map((tactic) => [tactic[1].replaceAll(' ', '').toLowerCase(), tactic]),
)

/** The texts in a value: a list, one alone, or several between commas; nothing between two commas is none. */
export function textsOf(value: unknown): string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.flatMap((entry) => textOf(entry)?.split(/,\s*/).filter(Boolean) ?? [])
}
