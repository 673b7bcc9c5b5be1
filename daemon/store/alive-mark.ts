// A sign of life of the box now and then while there are contacts, so that a kill or a power cut costs the records of all
// of them seconds: one small write for all, however many there are.
import type { Clock, Timer } from '../clock.ts'
import type { DurableContactStore } from './contact-store.ts'

const everyMs = 5_000

export interface AliveMarkOptions {
  store: Pick<DurableContactStore, 'noteAlive'>
  clock: Clock
  /** Contacts that have not finished. */
  contactsAlive(): number
}

/** Call once what the last run left has been closed: the mark is this run's from here on. */
export function keepAliveMark({ store, clock, contactsAlive }: AliveMarkOptions): { stop(): void } {
  let timer: Timer
  const again = () => {
    timer = clock.after(everyMs, () => {
      if (contactsAlive() > 0) store.noteAlive(clock.epochMs())
      again()
    })
  }
  store.noteAlive(clock.epochMs())
  again()
  return { stop: () => timer.cancel() }
}
