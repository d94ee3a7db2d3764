import { camelCase, type Kind, sentence } from './kind.ts'

/** A normalizer that keeps every record, with its time, an id and a sentence; meaning is what you add. */
export const normalizer: Kind = {
  name: /^[a-z0-9_]+(\.[a-z0-9_]+)+$/,
  example: 'azure.secure_scores',
  files: (name) => {
    const folder = `server/src/normalize/datasets/${name}`
    const root = name.split('.')
    const nested = root.reduceRight<unknown>((inner, key) => ({ [key]: inner }), {
      id: 'a1',
      createdDateTime: '2026-01-01T08:30:00Z',
      activity: 'Example',
    })
    return {
      [`${folder}/normalizer.ts`]: `import { stableId } from '#domain/ids.ts'
import { isObject, type JsonObject, textOf } from '#normalize/json.ts'
import { defineNormalizer, RecordFault } from '#normalize/normalizer.ts'
import { parseTime } from '#normalize/steps/time.ts'

interface Source {
  raw: JsonObject
  text: string
}

/** What these records are, and which page of Microsoft's describes them. */
export const ${camelCase(name)} = defineNormalizer<Source>({
  dataset: '${name}',
  title: '${sentence(name)}',
  open: {
    name: 'open',
    run(raw, text) {
      if (!isObject(raw)) throw new RecordFault('The record is not a JSON object.')
      return Object.keys(raw).length === 0 ? undefined : { raw, text }
    },
  },
  steps: [
    {
      name: 'identity',
      run({ raw, text }, event) {
        event.event.id = textOf(raw.id) ?? stableId(text)
      },
    },
    {
      name: 'time',
      run({ raw }, event) {
        const time = parseTime(raw.createdDateTime)
        if (time === undefined) throw new RecordFault('createdDateTime is missing or is no time.')
        event['@timestamp'] = time
      },
    },
    {
      name: 'meaning',
      run({ raw }, event) {
        const activity = textOf(raw.activity)
        if (activity !== undefined) event.event.action = activity
        event.message = \`\${activity ?? 'Something'} was recorded.\`
      },
    },
    {
      name: 'remainder',
      run({ raw }, event) {
        // Whatever no step has given a meaning stays searchable under the product's own name.
        event${root.map((_, index) => (index < root.length - 1 ? `.${root[index]}` : '')).join('')} = { ${root.at(-1)}: raw }
      },
    },
  ],
})
`,
      [`${folder}/normalizer.test.ts`]: `import { fileURLToPath } from 'node:url'

import { testNormalizer } from '#normalize/testing/test-normalizer.ts'

import { ${camelCase(name)} } from './normalizer.ts'

testNormalizer(${camelCase(name)}, fileURLToPath(new URL('cases', import.meta.url)))
`,
      [`${folder}/cases/example.json`]: `${JSON.stringify(
        {
          says: 'Example was recorded.',
          raw: { id: 'a1', createdDateTime: '2026-01-01T08:30:00Z', activity: 'Example' },
          expected: {
            '@timestamp': '2026-01-01T08:30:00.000Z',
            message: 'Example was recorded.',
            event: { id: 'a1', dataset: name, kind: 'event', action: 'Example' },
            ...(nested as object),
          },
        },
        undefined,
        2,
      )}\n`,
    }
  },
  list: {
    file: 'server/src/normalize/datasets/index.ts',
    specifier: (name) => `./${name}/normalizer.ts`,
    identifier: camelCase,
  },
  next: (name) => [
    `Replace cases/example.json by records of the service, one behavior each, named by subject; \`says\` is the sentence you want to read.`,
    `Write the steps in server/src/normalize/datasets/${name}/normalizer.ts: who, on whom, from where, with what outcome.`,
    `UPDATE_CASES=1 npm test -- server/src/normalize/datasets/${name}   records the events anew; read them before you keep them.`,
  ],
}
