// Non-INVITE client transaction: RFC 3261 section 17.1.2.
//
//   trying ─1xx─▶ proceeding ─final─▶ completed ─(K)─▶ ended      a final response also straight from trying
//     └ resend E, doubling to T2; F      └ resend every T2; F
import { type TransportTimers, t1Ms, t2Ms, transactionMs } from './timer-values.ts'
import {
  absorb,
  clearTimer,
  end,
  fail,
  type Machine,
  passUp,
  send,
  setTimer,
  type TimerDue,
} from './transaction-machine.ts'

export type ClientState =
  | { name: 'trying'; resendMs: number }
  | { name: 'proceeding' }
  | { name: 'completed' }
  | { name: 'ended' }

export type ClientInput = 'started' | 'provisionalReceived' | 'finalReceived' | 'sendFailed' | TimerDue

export const clientStart: ClientState = { name: 'trying', resendMs: t1Ms }

const ended: ClientState = { name: 'ended' }

/** E runs over UDP only. */
export const client =
  (timers: TransportTimers): Machine<ClientState, ClientInput> =>
  (state, input) => {
    switch (state.name) {
      case 'trying':
      case 'proceeding':
        switch (input) {
          case 'started':
            return {
              next: state,
              effects: [...(timers.resends ? [setTimer('resend', t1Ms)] : []), setTimer('giveUp', transactionMs), send],
            }
          case 'resendDue': {
            if (state.name === 'proceeding') return { next: state, effects: [setTimer('resend', t2Ms), send] }
            const resendMs = Math.min(state.resendMs * 2, t2Ms)
            return { next: { name: 'trying', resendMs }, effects: [setTimer('resend', resendMs), send] }
          }
          case 'provisionalReceived':
            // The resend that is due keeps its time; from then on it is T2.
            return { next: { name: 'proceeding' }, effects: [passUp] }
          case 'finalReceived':
            return {
              next: { name: 'completed' },
              effects: [clearTimer('resend'), clearTimer('giveUp'), setTimer('linger', timers.copiesMs), passUp],
            }
          case 'giveUpDue':
            return { next: ended, effects: [end, fail(408)] }
          case 'sendFailed':
            return { next: ended, effects: [end, fail(503)] }
        }
        return undefined
      case 'completed':
        switch (input) {
          case 'provisionalReceived':
          case 'finalReceived':
            return { next: state, effects: [absorb] }
          case 'lingerDue':
            return { next: ended, effects: [end] }
        }
        return undefined
      case 'ended':
        return undefined
    }
  }
