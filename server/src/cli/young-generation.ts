import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Of both semi-spaces together. */
const ENOUGH_BYTES = 16 * 1024 * 1024
/** Several times what it takes, so that the end is certain. */
const MOST_SURVIVORS = 200_000

/**
 * Keeps V8's young generation at 16 MiB. Node 24 lets it grow to 128 MiB, which it does as soon as there is much to collect, and
 * keeps it: more memory than all else that collecting takes. Measured with a blob of 68 MB and with `cordon bench ingest`: half
 * the memory, no more time.
 *
 * `--max-semi-space-size` would say the same, but V8 hears it only before it starts, and `npx cordon` has no way to say it then.
 * The factor by which it grows V8 reads each time: so it grows to this size here, and no more after that. To be called before
 * much is loaded, as it does not shrink.
 */
export function boundYoungGeneration(): void {
  const survivor = Array.from({ length: 64 })
  const survivors: object[] = []
  while (youngBytes() < ENOUGH_BYTES && survivors.length < MOST_SURVIVORS) {
    for (let made = 0; made < 1_000; made++) survivors.push(survivor.slice())
  }
  setFlagsFromString('--semi-space-growth-factor=1')
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? ENOUGH_BYTES
}
