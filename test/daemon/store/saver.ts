// Saves contact records without end, and says after each that it is saved: the child process of the kill test.
// Arguments: database file, seed.
import { writeSync } from 'node:fs'
import { SystemClock } from '../../../daemon/clock.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { openContactStore } from '../../../daemon/store/contact-store.ts'
import { seededRandom } from '../routing/seeded-random.ts'
import { noonMs, over, talking } from './records.ts'

const [file = '', seed = '0'] = process.argv.slice(2)
const random = seededRandom(Number(seed))
const store = openContactStore(file, { clock: new SystemClock(), log: silentLog })
for (let version = 1; ; version++) {
  const contactId = `contact-${Math.floor(random() * 40)}`
  const record = random() < 0.5 ? over(contactId) : talking(contactId)
  record.Cordboard.lastSavedEpochMs = noonMs + version
  // Of very different lengths, so that rows move between pages and spill over.
  record.Attributes.padding = 'x'.repeat(Math.floor(random() ** 3 * 20_000))
  store.save(record)
  writeSync(1, `${contactId} ${version}\n`)
}
