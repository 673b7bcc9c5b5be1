// The one stream of what happens: numbers each event and tells it to all who listen, in order, whoever emits meanwhile.
import type { Counters } from '../counters.ts'
import type { Log } from '../log/log.ts'
import type { CentreEvent, EventBus, NewCentreEvent } from './events.ts'

/** `lastSequence`: of the event stored last, so that numbers go on where the last run ended. */
export function createEventBus(of: { lastSequence: number; log: Log; counters: Counters }): EventBus {
  const listeners = new Set<(event: CentreEvent) => void>()
  const untold: CentreEvent[] = []
  let { lastSequence } = of
  let telling = false

  function tell(event: CentreEvent): void {
    for (const listener of [...listeners]) {
      try {
        listener(event)
      } catch (fault) {
        of.counters.count('listenerFaults')
        of.log.error({ err: fault, sequence: event.sequence, type: event.type }, 'a listener to events failed')
      }
    }
  }

  return {
    emit(event) {
      untold.push(numbered(event, ++lastSequence))
      of.counters.count(`${event.kind}Events`)
      // What a listener causes is told after what it is being told, by the outer call.
      if (telling) return
      telling = true
      for (let next = untold.shift(); next; next = untold.shift()) tell(next)
      telling = false
    },
    on(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    get lastSequence() {
      return lastSequence
    },
  }
}

function numbered(event: NewCentreEvent, sequence: number): CentreEvent {
  return { ...event, sequence }
}
