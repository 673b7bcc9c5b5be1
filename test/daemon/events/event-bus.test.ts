// The stream: numbers that go on, listeners told in order, faults that stay with their listener.
import { join } from 'node:path'
import t from 'tap'
import { Counters } from '../../../daemon/counters.ts'
import { createEventBus } from '../../../daemon/events/event-bus.ts'
import { EventStore } from '../../../daemon/events/event-store.ts'
import type { NewCentreEvent } from '../../../daemon/events/events.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { MockClock } from '../../support/mock-clock.ts'

const happened = (contactId: string): NewCentreEvent => ({
  kind: 'contact',
  type: 'INITIATED',
  atEpochMs: 1,
  contactId,
  initialContactId: contactId,
  channel: 'VOICE',
  initiationMethod: 'INBOUND',
})

function busFrom(lastSequence = 0) {
  const counters = new Counters()
  const bus = createEventBus({ lastSequence, log: silentLog, counters })
  const heard: string[] = []
  bus.on((event) => heard.push(`${event.sequence} ${event.kind === 'contact' ? event.contactId : ''}`))
  return { bus, heard, counters }
}

t.test('events are numbered from where the last run ended', async (t) => {
  const { bus, heard } = busFrom(41)
  bus.emit(happened('a'))
  bus.emit(happened('b'))
  t.same(heard, ['42 a', '43 b'])
  t.equal(bus.lastSequence, 43)
})

t.test('what a listener causes is told after what it is being told', async (t) => {
  const { bus, heard } = busFrom()
  bus.on((event) => {
    if (event.kind === 'contact' && event.contactId === 'a') bus.emit(happened('b'))
  })
  const late: number[] = []
  bus.on((event) => late.push(event.sequence))
  bus.emit(happened('a'))
  t.same(heard, ['1 a', '2 b'])
  t.same(late, [1, 2])
})

t.test('a listener that fails is counted and hinders nobody', async (t) => {
  const { bus, counters } = busFrom()
  bus.on(() => {
    throw new Error('listener broke')
  })
  const after: number[] = []
  bus.on((event) => after.push(event.sequence))
  t.doesNotThrow(() => bus.emit(happened('a')))
  t.same(after, [1])
  t.equal(counters.snapshot().listenerFaults, 1)
})

t.test('a listener that stops listening hears no more', async (t) => {
  const { bus } = busFrom()
  const heard: number[] = []
  const stop = bus.on((event) => heard.push(event.sequence))
  stop()
  bus.emit(happened('a'))
  t.same(heard, [])
})

t.test('the store gives back what it was told, and the number to go on from', async (t) => {
  const clock = new MockClock()
  const file = join(t.testdir(), 'events.db')
  const store = new EventStore(file, { clock, log: silentLog })
  const { bus } = busFrom()
  bus.on((event) => store.add(event))
  for (let event = 1; event <= 5; event++) bus.emit(happened(`c${event}`))
  t.same(
    store.after(2, 2).map(({ sequence }) => sequence),
    [3, 4],
  )
  store.acknowledge('out', 4)
  store.close()
  t.equal(clock.liveTimers, 0)
  const again = new EventStore(file, { clock, log: silentLog })
  t.equal(again.lastSequence, 5)
  t.equal(again.acknowledged('out'), 4)
  t.equal(again.acknowledged('other'), undefined)
  t.equal(again.forget(2, 1_000), 4)
  t.equal(again.after(0, 10).length, 1)
  t.equal(again.lastSequence, 5, 'no number is used again')
  again.close()
})
