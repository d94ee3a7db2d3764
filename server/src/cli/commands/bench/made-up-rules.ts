/**
 * Rules in the shapes of those that people publish, for benches without a checkout of SigmaHQ: the same for the same count.
 * What they ask for is in some of the bench's records, and mostly is not.
 */
const OPERATIONS = [
  'MailItemsAccessed',
  'FileAccessed',
  'UserLoggedIn',
  'New-InboxRule',
  'Add member to role.',
  'Set-Mailbox',
]

/** Rules that each name an operation, and something else in a field. */
export function keyedRules(count: number): string {
  return rules(count, (index) => [
    `    Operation: ${JSON.stringify(index < OPERATIONS.length ? OPERATIONS[index] : `Operation-${index}`)}`,
    `    UserId|endswith: '@nobody-${index}.example'`,
  ])
}

/**
 * Rules that each name an operation, most of them one which there is, frequent or not: half look for somebody as well, the others for
 * an address, for what a cmdlet or the directory's log says of a change, for a workload, or for nothing else.
 */
export function historyRules(count: number): string {
  return rules(count, (index) => {
    const operation = (name = OPERATIONS[Math.floor(index / 10) % OPERATIONS.length]!) =>
      `    Operation: ${JSON.stringify(name)}`
    switch (index % 10) {
      case 0:
        return [operation(), `    ClientIP: 233.252.0.${index % 256}`]
      case 1:
        return [operation('New-InboxRule'), `    Parameters.MoveToFolder|contains: word-${index}`]
      case 2:
        return [operation('Update user.'), `    ModifiedProperties.Department.NewValue|contains: word-${index}`]
      case 3:
        return [operation(), '    eventSource: SecurityComplianceCenter']
      case 4:
        return [operation()]
      default:
        return [operation(OPERATIONS[index % OPERATIONS.length]), `    UserId|endswith: '@nobody-${index}.example'`]
    }
  })
}

/** One that names the most frequent operation and something of which only whole events tell. */
export function documentRule(): string {
  return rules(1, () => ['    Operation: UserLoggedIn', '    UserAgent|contains: nobody-uses-it'])
}

/** Of ten rules, seven name one operation, two look for texts in parameters, and a few look for words anywhere. */
export function cloudRules(count: number): string {
  return rules(count, (index) => {
    if (index % 50 === 0)
      return [
        words(index, 3)
          .map((word) => `    - ${word}`)
          .join('\n'),
      ]
    if (index % 5 === 0) {
      return [
        `    Operation|contains: [${words(index, 2).join(', ')}, 'inboxrule']`,
        `    Parameters|contains|all: [${words(index, 3).join(', ')}]`,
      ]
    }
    return [
      `    Operation: [Operation-${index}, '${OPERATIONS[index % OPERATIONS.length]}']`,
      `    ResultStatus: Failed-${index}`,
    ]
  })
}

/** Rules of many fields and lists, with exclusions: what takes long to read. */
export function longRules(count: number): string {
  const list = (index: number, length: number) => words(index, length).map((word) => `      - '\\${word}'`)
  return rules(count, (index) => [
    '    Image|endswith:',
    ...list(index, 6),
    '    CommandLine|contains|all:',
    ...list(index + 1, 4),
    '  filter_main_known:',
    '    ParentImage|startswith:',
    ...list(index + 2, 3),
  ])
}

function rules(count: number, selection: (index: number) => string[]): string {
  return Array.from({ length: count }, (_, index) => {
    const lines = selection(index)
    const hasFilter = lines.some((line) => line.startsWith('  filter'))
    return [
      `title: Made-up rule ${index}`,
      `id: 00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      'status: test',
      'description: One of many, for a bench.',
      'tags: [attack.persistence, attack.t1098]',
      'logsource: { product: m365, service: audit }',
      'detection:',
      '  selection:',
      ...lines,
      `  condition: selection${hasFilter ? ' and not 1 of filter_main_*' : ''}`,
      'level: medium\n',
    ].join('\n')
  }).join('---\n')
}

function words(index: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `word-${index}-${at}`)
}
