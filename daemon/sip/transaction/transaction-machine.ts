// What the four transaction machines have in common. A machine is a pure function: it starts no timer and sends no
// byte; it says by effects what its owner (transaction-runner.ts and the two tables) is to do.

export type TimerName = 'resend' | 'giveUp' | 'linger'

/** What a timer that fires says to the machine. */
export type TimerDue = `${TimerName}Due`

export type Effect =
  /** Client: the request. Server: the latest response. */
  | { do: 'send' }
  /** The ACK that was sent for the final response, once more. */
  | { do: 'sendAck' }
  /** Hand the message that came to the user of the transaction (sip.js). */
  | { do: 'passUp' }
  /** A duplicate, swallowed. */
  | { do: 'absorb' }
  /** Replaces a timer of the same name. */
  | { do: 'setTimer'; timer: TimerName; afterMs: number }
  | { do: 'clearTimer'; timer: TimerName }
  /** The request failed here: 408 no answer in time, 503 it could not be sent. */
  | { do: 'fail'; status: 408 | 503 }
  /** A final response to an INVITE was never acknowledged. */
  | { do: 'ackMissing' }
  /** The transaction is over and forgotten. */
  | { do: 'end' }

export interface Step<State> {
  next: State
  effects: readonly Effect[]
}

/** Undefined: the input means nothing in this state; the owner counts it. */
export type Machine<State, Input> = (state: State, input: Input) => Step<State> | undefined

export const send: Effect = { do: 'send' }
export const sendAck: Effect = { do: 'sendAck' }
export const passUp: Effect = { do: 'passUp' }
export const absorb: Effect = { do: 'absorb' }
export const end: Effect = { do: 'end' }
export const ackMissing: Effect = { do: 'ackMissing' }
export const setTimer = (timer: TimerName, afterMs: number): Effect => ({ do: 'setTimer', timer, afterMs })
export const clearTimer = (timer: TimerName): Effect => ({ do: 'clearTimer', timer })
export const fail = (status: 408 | 503): Effect => ({ do: 'fail', status })
