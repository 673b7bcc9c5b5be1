// The box's sign of life, which tells after a kill how long its contacts lived.
import { join } from 'node:path'
import t from 'tap'
import { silentLog } from '../../../daemon/log/log.ts'
import { keepAliveMark } from '../../../daemon/store/alive-mark.ts'
import { openContactStore } from '../../../daemon/store/contact-store.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { folder, noonMs } from './records.ts'

t.test(
  'a box with contacts notes every few seconds that it runs; the next one reads what the last one noted',
  async (t) => {
    const file = join(folder(t), 'contacts.db')
    const clock = new MockClock(noonMs)
    const store = openContactStore(file, { clock, log: silentLog })
    t.equal(store.aliveUntilMs, 0, 'none before')
    let contacts = 0
    const mark = keepAliveMark({ store, clock, contactsAlive: () => contacts })
    const noted = () => {
      const reader = openContactStore(file, { clock: new MockClock(), log: silentLog })
      reader.close()
      return reader.aliveUntilMs
    }
    t.equal(noted(), noonMs)
    await clock.advance(60_000)
    t.equal(noted(), noonMs, 'an idle box writes nothing')
    contacts = 1
    await clock.advance(12_000)
    t.equal(noted(), noonMs + 70_000)
    t.equal(store.aliveUntilMs, 0, 'of the run before, still')
    mark.stop()
    store.close()
    t.equal(clock.liveTimers, 0)
  },
)

t.test('a disk that does not take it is counted, and the box goes on', async (t) => {
  const clock = new MockClock(noonMs)
  const store = openContactStore(join(folder(t), 'contacts.db'), { clock, log: silentLog })
  store.close()
  const mark = keepAliveMark({ store, clock, contactsAlive: () => 1 })
  await clock.advance(5_000)
  t.match(store.counters(), { aliveNotNoted: 2 })
  mark.stop()
})
