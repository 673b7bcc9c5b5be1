// The Wait block of contacts that need no telephone line: time alone, as no bot is a participant of its own on this box
// and a task's customer cannot return.
import type { Clock } from '../clock.ts'
import type { WaitEvent, WaitRequest } from '../flow/abilities.ts'

export function waitFor(
  clock: Clock,
  { timeLimitMs, events }: WaitRequest,
  signal: AbortSignal,
): Promise<'WaitCompleted' | WaitEvent | 'notFound'> {
  if (events.includes('BotParticipantDisconnected')) return Promise.resolve('notFound')
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const leave = () => {
      timer.cancel()
      reject(signal.reason)
    }
    const timer = clock.after(timeLimitMs, () => {
      signal.removeEventListener('abort', leave)
      resolve('WaitCompleted')
    })
    signal.addEventListener('abort', leave, { once: true })
  })
}
