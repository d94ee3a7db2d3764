/**
 * MITRE ATT&CK as rules name it. Its version 18 split Defense Evasion into Stealth and Defense Impairment; rules and
 * Microsoft’s alerts of before still say the old name, so that both must come to the same place of the map.
 *
 * @see https://attack.mitre.org
 */
export const TACTICS = [
  { id: 'reconnaissance', title: 'Reconnaissance' },
  { id: 'resource-development', title: 'Resource Development' },
  { id: 'initial-access', title: 'Initial Access' },
  { id: 'execution', title: 'Execution' },
  { id: 'persistence', title: 'Persistence' },
  { id: 'privilege-escalation', title: 'Privilege Escalation' },
  { id: 'stealth', title: 'Stealth' },
  { id: 'defense-impairment', title: 'Defense Impairment' },
  { id: 'credential-access', title: 'Credential Access' },
  { id: 'discovery', title: 'Discovery' },
  { id: 'lateral-movement', title: 'Lateral Movement' },
  { id: 'collection', title: 'Collection' },
  { id: 'command-and-control', title: 'Command and Control' },
  { id: 'exfiltration', title: 'Exfiltration' },
  { id: 'impact', title: 'Impact' },
] as const
export type Tactic = (typeof TACTICS)[number]['id']

/** Techniques that rules for Microsoft 365 name, with the tactics that each serves. */
const TECHNIQUES: Readonly<Record<string, readonly [title: string, ...tactics: Tactic[]]>> = {
  t1003: ['OS Credential Dumping', 'credential-access'],
  t1020: ['Automated Exfiltration', 'exfiltration'],
  t1021: ['Remote Services', 'lateral-movement'],
  t1040: ['Network Sniffing', 'credential-access', 'discovery'],
  t1048: ['Exfiltration Over Alternative Protocol', 'exfiltration'],
  t1053: ['Scheduled Task/Job', 'execution', 'persistence', 'privilege-escalation'],
  t1059: ['Command and Scripting Interpreter', 'execution'],
  t1069: ['Permission Groups Discovery', 'discovery'],
  t1070: ['Indicator Removal', 'stealth'],
  t1071: ['Application Layer Protocol', 'command-and-control'],
  t1078: ['Valid Accounts', 'initial-access', 'persistence', 'privilege-escalation', 'stealth'],
  t1080: ['Taint Shared Content', 'lateral-movement'],
  t1087: ['Account Discovery', 'discovery'],
  t1090: ['Proxy', 'command-and-control'],
  t1098: ['Account Manipulation', 'persistence', 'privilege-escalation'],
  t1102: ['Web Service', 'command-and-control'],
  t1110: ['Brute Force', 'credential-access'],
  t1114: ['Email Collection', 'collection'],
  t1133: ['External Remote Services', 'initial-access', 'persistence'],
  t1136: ['Create Account', 'persistence'],
  t1137: ['Office Application Startup', 'persistence'],
  t1140: ['Deobfuscate/Decode Files or Information', 'stealth'],
  t1189: ['Drive-by Compromise', 'initial-access'],
  t1190: ['Exploit Public-Facing Application', 'initial-access'],
  t1199: ['Trusted Relationship', 'initial-access'],
  t1201: ['Password Policy Discovery', 'discovery'],
  t1204: ['User Execution', 'execution'],
  t1213: ['Data from Information Repositories', 'collection'],
  t1484: ['Domain or Tenant Policy Modification', 'privilege-escalation', 'stealth'],
  t1485: ['Data Destruction', 'impact'],
  t1486: ['Data Encrypted for Impact', 'impact'],
  t1489: ['Service Stop', 'impact'],
  t1490: ['Inhibit System Recovery', 'impact'],
  t1496: ['Resource Hijacking', 'impact'],
  t1498: ['Network Denial of Service', 'impact'],
  t1526: ['Cloud Service Discovery', 'discovery'],
  t1528: ['Steal Application Access Token', 'credential-access'],
  t1530: ['Data from Cloud Storage', 'collection'],
  t1531: ['Account Access Removal', 'impact'],
  t1534: ['Internal Spearphishing', 'lateral-movement'],
  t1537: ['Transfer Data to Cloud Account', 'exfiltration'],
  t1538: ['Cloud Service Dashboard', 'discovery'],
  t1539: ['Steal Web Session Cookie', 'credential-access'],
  t1548: ['Abuse Elevation Control Mechanism', 'privilege-escalation'],
  t1550: ['Use Alternate Authentication Material', 'lateral-movement', 'stealth'],
  t1552: ['Unsecured Credentials', 'credential-access'],
  t1555: ['Credentials from Password Stores', 'credential-access'],
  t1556: ['Modify Authentication Process', 'credential-access', 'persistence', 'defense-impairment'],
  t1557: ['Adversary-in-the-Middle', 'credential-access', 'collection'],
  t1562: ['Impair Defenses', 'defense-impairment'],
  t1564: ['Hide Artifacts', 'stealth'],
  t1565: ['Data Manipulation', 'impact'],
  t1566: ['Phishing', 'initial-access'],
  t1567: ['Exfiltration Over Web Service', 'exfiltration'],
  t1573: ['Encrypted Channel', 'command-and-control'],
  t1578: ['Modify Cloud Compute Infrastructure', 'stealth'],
  t1580: ['Cloud Infrastructure Discovery', 'discovery'],
  t1586: ['Compromise Accounts', 'resource-development'],
  t1589: ['Gather Victim Identity Information', 'reconnaissance'],
  t1606: ['Forge Web Credentials', 'credential-access'],
  t1621: ['Multi-Factor Authentication Request Generation', 'credential-access'],
  t1657: ['Financial Theft', 'impact'],
  t1685: ['Disable or Modify Tools', 'defense-impairment'],
  t1686: ['Disable or Modify Firewall', 'defense-impairment'],
}

const ids = new Set<string>(TACTICS.map(({ id }) => id))
const isTactic = (name: string): name is Tactic => ids.has(name)

/** The tactics of a rule’s tags, under the names of today. */
export function tacticsOf(attack: readonly string[]): Tactic[] {
  const tactics = attack.flatMap((tag): Tactic[] => {
    const name = tag.toLowerCase().replaceAll('_', '-')
    if (name !== 'defense-evasion') return isTactic(name) ? [name] : []
    const impairs = attack.some((each) => tacticsOfTechnique(each).includes('defense-impairment'))
    return [impairs ? 'defense-impairment' : 'stealth']
  })
  return [...new Set(tactics)]
}

/** Techniques with what is below them, `T1114.003`. */
export const techniquesOf = (attack: readonly string[]): string[] =>
  attack.filter((tag) => /^t\d{4}/i.test(tag)).map((tag) => tag.toUpperCase())

const baseOf = (technique: string) => technique.toLowerCase().slice(0, 5)
const tacticsOfTechnique = (technique: string): Tactic[] => {
  const [, ...tactics] = TECHNIQUES[baseOf(technique)] ?? ['']
  return tactics
}

export const techniqueTitle = (technique: string): string => TECHNIQUES[baseOf(technique)]?.[0] ?? technique

interface Tagged {
  attack: readonly string[]
}

export interface MapCell<Rule> {
  /** `T1114`. */
  technique: string
  title: string
  rules: Rule[]
}

/** Rules by tactic and technique; one that names no technique of a tactic it names stands there without. */
export function attackMap<Rule extends Tagged>(rules: readonly Rule[]): Map<Tactic, MapCell<Rule>[]> {
  const map = new Map<Tactic, Map<string, MapCell<Rule>>>(TACTICS.map(({ id }) => [id, new Map()]))
  for (const rule of rules) {
    const named = tacticsOf(rule.attack)
    const techniques = [...new Set(techniquesOf(rule.attack).map((each) => each.slice(0, 5)))]
    for (const tactic of named.length > 0 ? named : new Set(techniques.flatMap(tacticsOfTechnique))) {
      const own = techniques.filter((each) => belongs(each, tactic))
      for (const technique of own.length > 0 ? own : ['']) {
        const cells = map.get(tactic)!
        const cell = cells.get(technique) ?? { technique, title: titleOf(technique), rules: [] }
        cell.rules.push(rule)
        cells.set(technique, cell)
      }
    }
  }
  return new Map(
    [...map].map(([tactic, cells]) => [
      tactic,
      [...cells.values()].toSorted((a, b) => (a.technique < b.technique ? -1 : 1)),
    ]),
  )
}

/** A technique that is not in the table belongs wherever its rule says. */
function belongs(technique: string, tactic: Tactic): boolean {
  const tactics = tacticsOfTechnique(technique)
  return tactics.length === 0 || tactics.includes(tactic)
}

const titleOf = (technique: string) => (technique === '' ? 'No technique named' : techniqueTitle(technique))
