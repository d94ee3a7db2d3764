import { stableId } from '#domain/ids.ts'
import { TimeFault, defineNormalizer } from '#normalize/normalizer.ts'
import { relate } from '#normalize/steps/related.ts'
import { ecs } from './ecs.ts'
import { momentOf } from './moment.ts'
import { openPushed, parsePushed } from './pushed.ts'
import { sentence } from './sentence.ts'

/**
 * What programs push of which nobody has said what it is: a JSON object or a line of text. ECS that is in it already is
 * taken over; everything else stays under `http_intake.log` with its own names.
 */
export const httpIntake = defineNormalizer({
  dataset: 'http_intake.log',
  title: 'HTTP intake',
  parse: parsePushed,
  open: openPushed,
  steps: [
    ecs,
    {
      name: 'time',
      run({ raw }, event) {
        const at = momentOf(raw)
        if (at === undefined) {
          throw new TimeFault(
            'The record says no time, and nobody says when it came: give it @timestamp, or begin the line with a date and time.',
          )
        }
        event['@timestamp'] = at
      },
    },
    {
      name: 'identity',
      run({ text }, event) {
        event.event.id = event.event.id === '' ? stableId(text) : event.event.id.toLowerCase()
      },
    },
    sentence,
    { name: 'related', run: ({ mentioned }, event) => relate(event, mentioned) },
  ],
})
