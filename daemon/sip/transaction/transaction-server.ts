// Non-INVITE server transaction: RFC 3261 section 17.2.2.
//
//   trying ─final sent─▶ completed ─(J)─▶ ended
import { type TransportTimers, transactionMs } from './timer-values.ts'
import { absorb, clearTimer, end, type Machine, send, setTimer, type TimerDue } from './transaction-machine.ts'

export type ServerState = { name: 'trying' } | { name: 'completed' } | { name: 'ended' }

export type ServerInput = 'started' | 'requestReceived' | 'finalSent' | TimerDue

export const serverStart: ServerState = { name: 'trying' }

const ended: ServerState = { name: 'ended' }

export const server =
  (timers: TransportTimers): Machine<ServerState, ServerInput> =>
  (state, input) => {
    switch (state.name) {
      case 'trying':
        switch (input) {
          case 'started':
            // Not in the RFC: a request that our own side never answers must not stay for ever.
            return { next: state, effects: [setTimer('giveUp', transactionMs)] }
          case 'requestReceived':
            return { next: state, effects: [absorb] }
          case 'finalSent':
            return {
              next: { name: 'completed' },
              effects: [clearTimer('giveUp'), setTimer('linger', timers.requestCopiesMs), send],
            }
          case 'giveUpDue':
            return { next: ended, effects: [end] }
        }
        return undefined
      case 'completed':
        switch (input) {
          case 'requestReceived':
            return { next: state, effects: [absorb, send] }
          case 'finalSent':
            return { next: state, effects: [absorb] }
          case 'lingerDue':
            return { next: ended, effects: [end] }
        }
        return undefined
      case 'ended':
        return undefined
    }
  }
