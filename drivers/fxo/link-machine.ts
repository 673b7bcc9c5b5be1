// The life of the link to one board, as a pure function: (state, input) to next state and effects. link.ts performs
// the effects. Liveness comes from the heartbeat alone; that the port closed is a hint that saves waiting.
//
//              start            opened              welcome              configured
//   closed ──────────▶ opening ───────▶ greeting ──────────▶ configuring ──────────▶ ready
//     ▲                 ▲    │             │  ▲                   │                    │
//     │ stop            │    └─────────────┤  └── board reset ────┼────────────────────┤
//     │ (from any)   reopen          no reply, refused      no reply, refused     mute, closed
//     │                 │                  ▼                      ▼                    ▼
//     └──────────────  waiting ◀─────────────────────────────────────────────────────────
import { type Configured, protocolMajor, type Welcome } from './board-messages.ts'

export interface LinkTimings {
  /** Hello and Configure are sent again after this. */
  replyMs: number
  /** So often before the port is closed and opened anew. */
  replyTries: number
  pingMs: number
  /** Pings without an answer, after which the board counts as mute: two make 2 to 3 s. */
  unansweredPings: number
  /** The delay before the port is opened again: doubled each time from the first to the longest, for ever. */
  firstReopenMs: number
  longestReopenMs: number
  /** A board that refuses us will do so again until a person acts. */
  refusedReopenMs: number
  /** Ready for this long: the next loss begins with the first delay again. */
  stableMs: number
}

export const linkTimings: LinkTimings = {
  replyMs: 500,
  replyTries: 6,
  pingMs: 1000,
  unansweredPings: 2,
  firstReopenMs: 250,
  longestReopenMs: 10_000,
  refusedReopenMs: 30_000,
  stableMs: 10_000,
}

export type LinkState =
  | { name: 'closed' }
  /** `losses`: how often it was lost since it was last stable. */
  | { name: 'opening'; losses: number }
  | { name: 'waiting'; losses: number }
  | { name: 'greeting'; losses: number; session: number; tries: number }
  | { name: 'configuring'; losses: number; session: number; tries: number; welcome: Welcome }
  | { name: 'ready'; losses: number; session: number; welcome: Welcome; unanswered: number }

export type LinkTimer = 'reopen' | 'reply' | 'ping' | 'stable'

export type LinkInput =
  | { type: 'start' }
  | { type: 'stop' }
  /** `session`: a fresh number, not 0. */
  | { type: 'opened'; session: number }
  | { type: 'openFailed'; reason: string }
  | { type: 'portClosed'; reason: string }
  | { type: 'welcomeReceived'; welcome: Welcome }
  | { type: 'configuredReceived'; configured: Configured }
  | { type: 'pongReceived'; session: number }
  /** Bytes wait unsent though the board should have taken them. */
  | { type: 'writeStalled' }
  | { type: 'timerFired'; timer: LinkTimer }

export type LinkEffect =
  | { do: 'openPort' }
  | { do: 'closePort' }
  | { do: 'sendHello'; session: number }
  | { do: 'sendConfigure' }
  | { do: 'sendPing' }
  | { do: 'setTimer'; timer: LinkTimer; ms: number }
  | { do: 'cancelTimers' }
  | { do: 'tellReady'; welcome: Welcome; configured: Configured }
  /** `wasReady`: calls may have been on it. */
  | { do: 'tellLost'; reason: string; wasReady: boolean }
  | { do: 'count'; what: 'staleFrames' | 'boardResets' | 'refusals' | 'unexpected' }

export interface LinkStep {
  state: LinkState
  effects: LinkEffect[]
}

export function advanceLink(state: LinkState, input: LinkInput, timings: LinkTimings = linkTimings): LinkStep {
  switch (input.type) {
    case 'start':
      return state.name === 'closed' ? open(0) : stay(state)
    case 'stop':
      return { state: { name: 'closed' }, effects: [{ do: 'cancelTimers' }, { do: 'closePort' }] }
    case 'opened':
      return state.name === 'opening' ? greet(input.session, state.losses, timings) : unexpected(state)
    case 'openFailed':
      return state.name === 'opening' ? lose(state, input.reason, timings) : unexpected(state)
    case 'portClosed':
      return isOpen(state) ? lose(state, input.reason, timings) : stay(state)
    case 'writeStalled':
      return isOpen(state) ? lose(state, 'writeStalled', timings) : stay(state)
    case 'welcomeReceived':
      return isOpen(state) ? welcomed(state, input.welcome, timings) : unexpected(state)
    case 'configuredReceived':
      return configured(state, input.configured, timings)
    case 'pongReceived':
      if (state.name !== 'ready' || input.session !== state.session) return unexpected(state)
      return stay({ ...state, unanswered: 0 })
    case 'timerFired':
      return timerFired(state, input.timer, timings)
  }
}

type OpenState = Extract<LinkState, { session: number }>

function isOpen(state: LinkState): state is OpenState {
  return 'session' in state
}

function stay(state: LinkState): LinkStep {
  return { state, effects: [] }
}

function unexpected(state: LinkState): LinkStep {
  return { state, effects: [{ do: 'count', what: 'unexpected' }] }
}

function open(losses: number): LinkStep {
  return { state: { name: 'opening', losses }, effects: [{ do: 'openPort' }] }
}

function greet(session: number, losses: number, timings: LinkTimings): LinkStep {
  return {
    state: { name: 'greeting', losses, session, tries: 1 },
    effects: [
      { do: 'sendHello', session },
      { do: 'setTimer', timer: 'reply', ms: timings.replyMs },
    ],
  }
}

function lose(state: LinkState, reason: string, timings: LinkTimings, atLeastMs = 0): LinkStep {
  const losses = 'losses' in state ? state.losses : 0
  const ladderMs = Math.min(timings.longestReopenMs, timings.firstReopenMs * 2 ** Math.min(losses, 16))
  return {
    state: { name: 'waiting', losses: losses + 1 },
    effects: [
      { do: 'cancelTimers' },
      { do: 'closePort' },
      { do: 'tellLost', reason, wasReady: state.name === 'ready' },
      { do: 'setTimer', timer: 'reopen', ms: Math.max(ladderMs, atLeastMs) },
    ],
  }
}

function welcomed(state: OpenState, welcome: Welcome, timings: LinkTimings): LinkStep {
  // Session 0: the board speaks first, so it has been reset and holds no line for us any more.
  if (welcome.session === 0) {
    if (state.name === 'greeting') return stay(state) // our Hello is on its way, or is repeated soon
    const anew = greet((state.session % 0xffffffff) + 1, state.losses, timings)
    const told: LinkEffect[] = [{ do: 'cancelTimers' }, { do: 'count', what: 'boardResets' }]
    if (state.name === 'ready') told.push({ do: 'tellLost', reason: 'boardReset', wasReady: true })
    return { state: anew.state, effects: [...told, ...anew.effects] }
  }
  if (welcome.session !== state.session) return { state, effects: [{ do: 'count', what: 'staleFrames' }] }
  if (state.name !== 'greeting') return stay(state) // answer to a repeated Hello
  if (welcome.major !== protocolMajor) return refused(state, versionRefusal(welcome), timings)
  return {
    state: { name: 'configuring', losses: state.losses, session: state.session, tries: 1, welcome },
    effects: [{ do: 'sendConfigure' }, { do: 'setTimer', timer: 'reply', ms: timings.replyMs }],
  }
}

function versionRefusal(welcome: Welcome): string {
  if (welcome.refusal) return `versionRefused: ${welcome.refusal}`
  return `versionRefused: the board chose protocol ${welcome.major}, this host speaks ${protocolMajor}: update the firmware`
}

function refused(state: LinkState, reason: string, timings: LinkTimings): LinkStep {
  const step = lose(state, reason, timings, timings.refusedReopenMs)
  return { state: step.state, effects: [{ do: 'count', what: 'refusals' }, ...step.effects] }
}

function configured(state: LinkState, answer: Configured, timings: LinkTimings): LinkStep {
  if (state.name === 'ready') return stay(state) // answer to a repeated Configure
  if (state.name !== 'configuring') return unexpected(state)
  if (answer.refusal) return refused(state, `configRefused: ${answer.refusal}`, timings)
  const { losses, session, welcome } = state
  return {
    state: { name: 'ready', losses, session, welcome, unanswered: 1 },
    effects: [
      { do: 'cancelTimers' },
      { do: 'tellReady', welcome, configured: answer },
      { do: 'sendPing' },
      { do: 'setTimer', timer: 'ping', ms: timings.pingMs },
      { do: 'setTimer', timer: 'stable', ms: timings.stableMs },
    ],
  }
}

function timerFired(state: LinkState, timer: LinkTimer, timings: LinkTimings): LinkStep {
  if (timer === 'reopen') return state.name === 'waiting' ? open(state.losses) : unexpected(state)
  if (timer === 'stable') return state.name === 'ready' ? stay({ ...state, losses: 0 }) : unexpected(state)
  if (timer === 'ping') {
    if (state.name !== 'ready') return unexpected(state)
    if (state.unanswered >= timings.unansweredPings) return lose(state, 'mute', timings)
    return {
      state: { ...state, unanswered: state.unanswered + 1 },
      effects: [{ do: 'sendPing' }, { do: 'setTimer', timer: 'ping', ms: timings.pingMs }],
    }
  }
  if (state.name !== 'greeting' && state.name !== 'configuring') return unexpected(state)
  if (state.tries >= timings.replyTries)
    return lose(state, state.name === 'greeting' ? 'noWelcome' : 'notConfigured', timings)
  const again: LinkEffect =
    state.name === 'greeting' ? { do: 'sendHello', session: state.session } : { do: 'sendConfigure' }
  return {
    state: { ...state, tries: state.tries + 1 },
    effects: [again, { do: 'setTimer', timer: 'reply', ms: timings.replyMs }],
  }
}
