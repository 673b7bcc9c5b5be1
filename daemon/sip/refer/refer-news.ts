// What the sender of a REFER is told, one NOTIFY at a time, as a pure function (state, input) → next state and NOTIFY.
//
//   fresh ─told─▶ telling (a NOTIFY is out) ─answered─▶ idle ─told─▶ telling … ─last word answered─▶ over
import type { TransferRequest } from '../../leg/leg.ts'

export type Progress = Parameters<TransferRequest['tell']>[0]

export interface NewsState {
  /** The last that was told or waits to be. */
  told: Progress | undefined
  /** Not sent yet: a NOTIFY is still to be answered. Two at once could overtake each other. */
  waiting: Progress | undefined
  isTelling: boolean
  isOver: boolean
}

export type NewsInput =
  | { type: 'told'; progress: Progress }
  /** The NOTIFY was answered; `gone`: nobody there wants another. */
  | { type: 'answered'; gone: boolean }
  | { type: 'stopped' }

export const freshNews: NewsState = { told: undefined, waiting: undefined, isTelling: false, isOver: false }

const order: Record<Progress, number> = { trying: 1, ringing: 2, done: 3, failed: 3 }

export const isLastWord = (progress: Progress | undefined): boolean => progress === 'done' || progress === 'failed'

export function nextNews(state: NewsState, input: NewsInput): { state: NewsState; notify?: Progress } {
  if (state.isOver) return { state }
  switch (input.type) {
    case 'told': {
      const { progress } = input
      if (state.told !== undefined && order[progress] <= order[state.told]) return { state }
      // Only the latest counts: what is behind it is no news any more.
      if (state.isTelling) return { state: { ...state, told: progress, waiting: progress } }
      return { state: { ...state, told: progress, isTelling: true }, notify: progress }
    }
    case 'answered': {
      if (!state.isTelling) return { state }
      const { waiting } = state
      if (!input.gone && waiting !== undefined) return { state: { ...state, waiting: undefined }, notify: waiting }
      const isOver = input.gone || isLastWord(state.told)
      return { state: { ...state, waiting: undefined, isTelling: false, isOver } }
    }
    case 'stopped':
      return { state: { ...state, waiting: undefined, isTelling: false, isOver: true } }
  }
}
