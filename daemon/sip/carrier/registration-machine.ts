// A registration of ours at a carrier: RFC 3261 section 10.2 as a pure function. Retries for ever with growing pauses
// (RFC 5626 section 4.5), except when the carrier says that it will never do.
//
//   idle ─start─▶ registering ─200─▶ registered ─(before it expires)─▶ registering
//                   │  ▲ (retry)
//                   ├──┴── waiting ◀─ silence, 5xx, 503 with Retry-After
//                   └───── refused ◀─ 403, 404, password not accepted      (until the configuration is read again)

export type RegistrationState =
  | { name: 'idle' }
  | { name: 'registering'; expiresS: number; failures: number }
  | { name: 'registered'; expiresS: number }
  | { name: 'waiting'; expiresS: number; failures: number }
  | { name: 'refused' }

export type RegistrationInput =
  | { type: 'start'; expiresS: number }
  | { type: 'accepted'; grantedS: number }
  /** 423. */
  | { type: 'tooBrief'; minExpiresS: number }
  | { type: 'refused'; reason: string }
  | { type: 'failed'; reason: string; retryAfterS?: number }
  | { type: 'due' }

export type RegistrationEffect =
  | { do: 'register'; expiresS: number }
  | { do: 'wait'; ms: number }
  | { do: 'tell'; registered: true }
  | { do: 'tell'; registered: false; reason: string; final: boolean }

const firstPauseS = 30
const longestPauseS = 1800
const longestExpiresS = 86_400

/** `chance`: 0 to 1, spreads the retries. Undefined: the input means nothing here. */
export function nextRegistration(
  state: RegistrationState,
  input: RegistrationInput,
  chance: number,
): { next: RegistrationState; effects: RegistrationEffect[] } | undefined {
  if (input.type === 'start' && state.name === 'idle') return register(input.expiresS, 0)
  if (input.type === 'due' && state.name === 'registered') return register(state.expiresS, 0)
  if (input.type === 'due' && state.name === 'waiting') return register(state.expiresS, state.failures)
  if (state.name !== 'registering') return undefined
  switch (input.type) {
    case 'accepted':
      return {
        next: { name: 'registered', expiresS: state.expiresS },
        effects: [
          { do: 'tell', registered: true },
          { do: 'wait', ms: refreshAfterMs(input.grantedS) },
        ],
      }
    case 'tooBrief':
      // A carrier that asks for no more than it was given would be asked for ever.
      return input.minExpiresS > state.expiresS && input.minExpiresS <= longestExpiresS
        ? register(input.minExpiresS, state.failures)
        : wait(state, `interval too brief: ${input.minExpiresS}`, undefined, chance)
    case 'refused':
      return {
        next: { name: 'refused' },
        effects: [{ do: 'tell', registered: false, reason: input.reason, final: true }],
      }
    case 'failed':
      return wait(state, input.reason, input.retryAfterS, chance)
    default:
      return undefined
  }
}

function register(expiresS: number, failures: number): ReturnType<typeof nextRegistration> {
  return { next: { name: 'registering', expiresS, failures }, effects: [{ do: 'register', expiresS }] }
}

function wait(
  state: { expiresS: number; failures: number },
  reason: string,
  retryAfterS: number | undefined,
  chance: number,
): ReturnType<typeof nextRegistration> {
  const growingS = Math.min(longestPauseS, firstPauseS * 2 ** Math.min(state.failures, 10)) * (0.5 + chance / 2)
  const pauseS = Math.max(growingS, Math.min(retryAfterS ?? 0, longestPauseS))
  return {
    next: { name: 'waiting', expiresS: state.expiresS, failures: state.failures + 1 },
    effects: [
      { do: 'tell', registered: false, reason, final: false },
      { do: 'wait', ms: Math.round(pauseS * 1000) },
    ],
  }
}

/** A registrar that grants next to nothing must not have us ask all the time. */
const leastGrantedS = 10

/** Half a minute, or a tenth, before it expires; never before half of it. */
export function refreshAfterMs(granted: number): number {
  const grantedS = Math.max(granted, leastGrantedS)
  return Math.round(Math.max(grantedS / 2, Math.min(grantedS - 30, grantedS * 0.9)) * 1000)
}
