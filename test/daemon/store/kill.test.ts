// kill -9 while records are being saved: whatever save() had returned for is there, and nothing is half there.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { SystemClock } from '../../../daemon/clock.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { openContactStore } from '../../../daemon/store/contact-store.ts'
import { closeInterrupted } from '../../../daemon/store/recovery.ts'
import { within } from '../../support/wait.ts'
import { seededRandom } from '../routing/seeded-random.ts'
import { folder, noonMs } from './records.ts'

const seeds = 20

/** Lets the saver run on the file and kills it some time after its first word; returns what it said it had saved. */
async function saveUntilKilled(file: string, seed: number): Promise<Map<string, number>> {
  const saver = spawn(process.execPath, [join(import.meta.dirname, 'saver.ts'), file, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  const spoke = new Promise<void>((resolve) => {
    saver.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      resolve()
    })
  })
  const closed = new Promise<void>((resolve) => saver.once('close', () => resolve()))
  await within('the first saved record', spoke, { withinMs: 30_000 })
  setTimeout(() => saver.kill('SIGKILL'), seededRandom(seed)() * 150)
  await within('the end of the saver', closed, { withinMs: 30_000 })
  const saved = new Map<string, number>()
  // The last line may be cut; then the record was saved, but not said.
  for (const line of said.split('\n').slice(0, -1)) {
    const [contactId = '', version] = line.split(' ')
    saved.set(contactId, Number(version))
  }
  return saved
}

for (let seed = 1; seed <= seeds; seed++)
  t.test(`killed at a random moment (seed ${seed}), the store opens and holds all it had promised`, async (t) => {
    const file = join(folder(t), 'contacts.db')
    const saved = await saveUntilKilled(file, seed)
    const clock = new SystemClock()
    const startMs = performance.now()
    const store = openContactStore(file, { clock, log: silentLog })
    const openMs = performance.now() - startMs
    t.ok(saved.size > 0, `${saved.size} contacts were saved`)
    t.ok(openMs < 1_000, `opened in ${Math.round(openMs)} ms`)
    const lost = [...saved].filter(([contactId, version]) => {
      const lastSavedEpochMs = store.find(contactId)?.Cordboard.lastSavedEpochMs ?? 0
      return lastSavedEpochMs < noonMs + version
    })
    t.same(lost, [], 'no record is lost or older than it was said to be')
    const listed = store.list({ limit: 1_000 })
    t.equal(listed.length, store.count(), 'every row is a whole record')
    closeInterrupted(store, { epochMs: noonMs + 3_600_000, aliveUntilMs: 0, recordingsRepaired: [] })
    t.same(store.unfinished(), [], 'every contact can be closed')
    t.match(store.counters(), { unreadable: undefined, replaced: undefined, unsaved: 0 })
    store.close()
    t.equal(clock.liveTimers, 0)
  })
