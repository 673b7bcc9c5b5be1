// INVITE client transaction: RFC 3261 section 17.1.1 with the accepted state of RFC 6026.
//
//   calling ─1xx─▶ proceeding ─2xx─▶ accepted ──(M)──▶ ended
//      │ resend A, B     └──3xx-6xx─▶ completed ─(D)─▶ ended      2xx, 3xx-6xx also straight from calling
import { type TransportTimers, t1Ms, transactionMs } from './timer-values.ts'
import {
  absorb,
  clearTimer,
  end,
  fail,
  type Machine,
  passUp,
  send,
  sendAck,
  setTimer,
  type TimerDue,
} from './transaction-machine.ts'

export type InviteClientState =
  | { name: 'calling'; resendMs: number }
  | { name: 'proceeding' }
  | { name: 'completed' }
  | { name: 'accepted' }
  | { name: 'ended' }

export type InviteClientInput =
  | 'started'
  | 'provisionalReceived'
  | 'successReceived'
  | 'failureReceived'
  /** The user acknowledged a 3xx-6xx. */
  | 'acknowledged'
  | 'cancelSent'
  | 'sendFailed'
  /** What would have brought the answer is gone. */
  | 'connectionLost'
  | TimerDue

export const inviteClientStart: InviteClientState = { name: 'calling', resendMs: t1Ms }

const ended: InviteClientState = { name: 'ended' }

/** A runs over UDP only. */
export const inviteClient =
  (timers: TransportTimers): Machine<InviteClientState, InviteClientInput> =>
  (state, input) => {
    if (input === 'sendFailed') {
      // Only a request that nobody has answered can fail to be sent; a lost ACK is asked for again by the far end.
      return state.name === 'calling' ? { next: ended, effects: [end, fail(503)] } : undefined
    }
    switch (state.name) {
      case 'calling':
        switch (input) {
          case 'started':
            return {
              next: state,
              effects: [...(timers.resends ? [setTimer('resend', t1Ms)] : []), setTimer('giveUp', transactionMs), send],
            }
          case 'resendDue': {
            const resendMs = state.resendMs * 2
            return { next: { name: 'calling', resendMs }, effects: [setTimer('resend', resendMs), send] }
          }
          case 'giveUpDue':
            return { next: ended, effects: [end, fail(408)] }
          case 'connectionLost':
            return { next: ended, effects: [end, fail(503)] }
        }
        return answered(input, timers)
      case 'proceeding':
        switch (input) {
          case 'connectionLost':
            return { next: ended, effects: [end, fail(503)] }
          case 'cancelSent':
            // RFC 3261 section 9.1: no final response in 64*T1 after CANCEL, and the transaction counts as cancelled.
            return { next: state, effects: [setTimer('giveUp', transactionMs)] }
          case 'giveUpDue':
            return { next: ended, effects: [end, fail(408)] }
        }
        return answered(input, timers)
      case 'completed':
        switch (input) {
          case 'acknowledged':
            return { next: state, effects: [sendAck] }
          case 'failureReceived':
            return { next: state, effects: [absorb, sendAck] }
          case 'provisionalReceived':
            return { next: state, effects: [absorb] }
          case 'lingerDue':
            return { next: ended, effects: [end] }
        }
        return undefined
      case 'accepted':
        switch (input) {
          case 'successReceived':
            return { next: state, effects: [passUp] }
          case 'provisionalReceived':
            return { next: state, effects: [absorb] }
          case 'lingerDue':
            return { next: ended, effects: [end] }
        }
        return undefined
      case 'ended':
        return undefined
    }
  }

/** Responses in calling and proceeding. `passUp` is last: the user may act on the transaction from within it. */
function answered(input: InviteClientInput, timers: TransportTimers): ReturnType<ReturnType<typeof inviteClient>> {
  switch (input) {
    case 'provisionalReceived':
      return { next: { name: 'proceeding' }, effects: [clearTimer('resend'), clearTimer('giveUp'), passUp] }
    case 'successReceived':
      return { next: { name: 'accepted' }, effects: [...quiet, setTimer('linger', transactionMs), passUp] }
    case 'failureReceived':
      return { next: { name: 'completed' }, effects: [...quiet, setTimer('linger', timers.failureCopiesMs), passUp] }
    default:
      return undefined
  }
}

const quiet = [clearTimer('resend'), clearTimer('giveUp')]
