// The call to a customer whom an agent dialled, or who is called back. It is placed once: by the flow's own block, by the
// first thing the flow says, or when the flow is over (flow types facts, 2).
import type { OutboundCalls, OutboundRequest } from '../carrier/outbound.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Collected, CollectOptions, Participant, Speech } from '../flow/host.ts'
import type { Leg, LegEnd } from '../leg/leg.ts'

/** How long a called number may ring (routing facts, 8). */
export const ringLimitMs = 60_000

export interface CustomerCallOptions {
  outbound: Pick<OutboundCalls, 'call'>
  clock: Clock
  request: OutboundRequest
  /** The leg, at once when the call is placed. */
  placed(leg: Leg): void
  answered(): void
  /** Nobody was reached; told once, and only if the leg did not tell it. */
  refused(end: LegEnd): void
}

export class CustomerCall {
  readonly #of: CustomerCallOptions
  #outcome: Promise<boolean> | undefined

  constructor(of: CustomerCallOptions) {
    this.#of = of
  }

  /** Resolves with whether the customer has answered; every call after the first gives the same. */
  place(change: { callerIdNumber?: string; ringTimeoutMs?: number } = {}): Promise<boolean> {
    this.#outcome ??= this.#place(change)
    return this.#outcome
  }

  #place({ callerIdNumber, ringTimeoutMs = ringLimitMs }: { callerIdNumber?: string; ringTimeoutMs?: number }) {
    const { outbound, clock, request, placed, answered, refused } = this.#of
    const callerId = callerIdNumber === undefined ? request.callerId : { ...request.callerId, number: callerIdNumber }
    const call = outbound.call({ ...request, callerId })
    if ('refused' in call) {
      refused({ by: 'us', blame: 'config', reason: call.refused })
      return Promise.resolve(false)
    }
    const { leg } = call
    placed(leg)
    return new Promise<boolean>((resolve) => {
      const timer: Timer = clock.after(ringTimeoutMs, () => void leg.hangUp('noAnswer'))
      leg.on((event) => {
        if (event.type !== 'answered' && event.type !== 'ended') return
        timer.cancel()
        if (event.type === 'answered') answered()
        resolve(event.type === 'answered')
      })
    })
  }
}

/** The customer as the outbound whisper knows them: whatever is said to them first places the call. */
export function calleeParticipant(call: CustomerCall, callee: () => Participant | undefined): Participant {
  const reached = async (signal: AbortSignal): Promise<Participant> => {
    await untilAborted(call.place(), signal)
    const participant = callee()
    if (!participant) throw new Error('the customer was not reached')
    return participant
  }
  return {
    play: async (speech: Speech[], signal) => await (await reached(signal)).play(speech, signal),
    playRepeatedly: async (speech, afterMs, signal) =>
      await (await reached(signal)).playRepeatedly(speech, afterMs, signal),
    collect: async (options: CollectOptions, signal): Promise<Collected> =>
      await (await reached(signal)).collect(options, signal),
  }
}

/** Rejects with the signal's reason if it comes first. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason)
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave))
  })
}
