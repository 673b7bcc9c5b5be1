// INVITE server transaction: RFC 3261 section 17.2.1 with the accepted state of RFC 6026.
//
//   proceeding ─2xx─────▶ accepted ──ACK─▶ acknowledged ─(L)─▶ ended
//        └──────3xx-6xx─▶ completed ─ACK─▶ confirmed ────(I)─▶ ended
//
// Resending the 2xx until its ACK comes is the user's task by the RFC (section 13.3.1.4). It is done here all the
// same: sip.js does it by wall-clock timers of its own, which can neither be tested nor counted; its copies are
// absorbed.
import { type TransportTimers, t1Ms, t2Ms, transactionMs } from './timer-values.ts'
import {
  absorb,
  ackMissing,
  clearTimer,
  end,
  type Machine,
  passUp,
  send,
  setTimer,
  type TimerDue,
} from './transaction-machine.ts'

export type InviteServerState =
  | { name: 'proceeding'; answered: boolean }
  | { name: 'accepted'; resendMs: number }
  | { name: 'acknowledged' }
  | { name: 'completed'; resendMs: number }
  | { name: 'confirmed' }
  | { name: 'ended' }

export type InviteServerInput =
  | 'requestReceived'
  | 'ackReceived'
  | 'provisionalSent'
  | 'successSent'
  | 'failureSent'
  | TimerDue

export const inviteServerStart: InviteServerState = { name: 'proceeding', answered: false }

const ended: InviteServerState = { name: 'ended' }
const finalSentOnce = [setTimer('giveUp', transactionMs), send]
const finalSent = [setTimer('resend', t1Ms), ...finalSentOnce]

/** G runs over UDP only; a 2xx is resent whatever our own transport is, as it may be lost further on. */
export const inviteServer =
  (timers: TransportTimers): Machine<InviteServerState, InviteServerInput> =>
  (state, input) => {
    switch (state.name) {
      case 'proceeding':
        switch (input) {
          case 'requestReceived':
            return { next: state, effects: state.answered ? [absorb, send] : [absorb] }
          case 'provisionalSent':
            return { next: { name: 'proceeding', answered: true }, effects: [send] }
          case 'successSent':
            return { next: { name: 'accepted', resendMs: t1Ms }, effects: finalSent }
          case 'failureSent':
            return { next: { name: 'completed', resendMs: t1Ms }, effects: timers.resends ? finalSent : finalSentOnce }
        }
        return undefined
      case 'accepted':
        switch (input) {
          case 'requestReceived':
          case 'successSent':
            return { next: state, effects: [absorb] }
          case 'resendDue':
            return resent('accepted', state.resendMs)
          case 'ackReceived':
            // L runs on, to absorb late copies of the INVITE.
            return {
              next: { name: 'acknowledged' },
              effects: [clearTimer('resend'), clearTimer('giveUp'), setTimer('linger', transactionMs), passUp],
            }
          case 'giveUpDue':
            return { next: ended, effects: [end, ackMissing] }
        }
        return undefined
      case 'acknowledged':
        switch (input) {
          case 'requestReceived':
          case 'successSent':
          case 'ackReceived':
            return { next: state, effects: [absorb] }
          case 'lingerDue':
            return { next: ended, effects: [end] }
        }
        return undefined
      case 'completed':
        switch (input) {
          case 'requestReceived':
            return { next: state, effects: [absorb, send] }
          case 'resendDue':
            return resent('completed', state.resendMs)
          case 'ackReceived':
            return {
              next: { name: 'confirmed' },
              effects: [clearTimer('resend'), clearTimer('giveUp'), setTimer('linger', timers.copiesMs), passUp],
            }
          case 'giveUpDue':
            return { next: ended, effects: [end, ackMissing] }
        }
        return undefined
      case 'confirmed':
        switch (input) {
          case 'requestReceived':
          case 'ackReceived':
            return { next: state, effects: [absorb] }
          case 'lingerDue':
            return { next: ended, effects: [end] }
        }
        return undefined
      case 'ended':
        return undefined
    }
  }

function resent(name: 'accepted' | 'completed', lastMs: number): ReturnType<ReturnType<typeof inviteServer>> {
  const resendMs = Math.min(lastMs * 2, t2Ms)
  return { next: { name, resendMs }, effects: [setTimer('resend', resendMs), send] }
}
