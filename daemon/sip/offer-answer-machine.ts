// Whose turn it is to make an offer within a dialog (RFC 3261 section 14, RFC 3311 section 5, RFC 6337): pure.
//
//   ours:    none ─wanted─▶ wanted ─(nothing owed)─▶ asked ─settled─▶ none
//                             ▲                        └─askedToWait─▶ resting ─rested─▶ wanted
//   theirs:  nothing ─inviteAccepted─▶ ack | answer ─acknowledged─▶ nothing
export interface OfferAnswerState {
  /** Our own request: its offer, or its turn, is waited for. */
  ours: 'none' | 'wanted' | 'asked' | 'resting'
  /** What the far end owes for an INVITE of its own that we accepted; `answer`: the 2xx carried our offer. */
  owed: 'nothing' | 'ack' | 'answer'
}

export type OfferAnswerInput =
  | 'wanted'
  /** A final word on our request, for good or ill. */
  | 'settled'
  /** 491 (glare), or 500 with Retry-After: the same request goes out again after a rest. */
  | 'askedToWait'
  | 'rested'
  | 'inviteAccepted'
  | 'inviteAcceptedWithOffer'
  | 'acknowledged'

export const offerAnswerStart: OfferAnswerState = { ours: 'none', owed: 'nothing' }

/** `ask`: our request goes out now. */
export function nextOfferAnswer(
  state: OfferAnswerState,
  input: OfferAnswerInput,
): { next: OfferAnswerState; ask: boolean } {
  const moved = move(state, input)
  const ask = moved.ours === 'wanted' && moved.owed === 'nothing'
  return { next: ask ? { ...moved, ours: 'asked' } : moved, ask }
}

function move(state: OfferAnswerState, input: OfferAnswerInput): OfferAnswerState {
  const { ours } = state
  switch (input) {
    case 'wanted':
      return ours === 'none' ? { ...state, ours: 'wanted' } : state
    case 'settled':
      return ours === 'asked' ? { ...state, ours: 'none' } : state
    case 'askedToWait':
      return ours === 'asked' ? { ...state, ours: 'resting' } : state
    case 'rested':
      return ours === 'resting' ? { ...state, ours: 'wanted' } : state
    case 'inviteAccepted':
      return { ...state, owed: 'ack' }
    case 'inviteAcceptedWithOffer':
      return { ...state, owed: 'answer' }
    case 'acknowledged':
      return { ...state, owed: 'nothing' }
  }
}

export type TheirRequest = 'invite' | 'updateWithOffer' | 'update'

/**
 * What a request of the far end gets in this state. `requestPending`: 491, we made an offer ourselves. `later`: 500 with
 * Retry-After, its own INVITE before is not done with.
 */
export function verdictOn(
  state: OfferAnswerState,
  request: TheirRequest,
  /** Our offer is open, in whatever message it went. */
  offering: boolean,
): 'take' | 'requestPending' | 'later' {
  if (request === 'update') return 'take'
  if (request === 'invite' && state.owed !== 'nothing') return 'later'
  return offering ? 'requestPending' : 'take'
}

/** RFC 3261 section 14.1, in steps of 10 ms: who made up the Call-ID waits longer, so that the two don't meet again. */
export function glareRestMs(ownsCallId: boolean, random: number): number {
  const [from, to] = ownsCallId ? [2100, 4000] : [0, 2000]
  return from + Math.floor((random * (to - from)) / 10) * 10
}
