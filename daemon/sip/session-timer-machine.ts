// Session timers (RFC 4028): what both sides agree on, and when to refresh or give up. Pure.

/** Shorter ones are refused (RFC 4028 section 4). */
export const leastIntervalS = 90

/** What a message says of them. `supported`: its sender knows session timers; others (proxies) may ask for one all the same. */
export interface TimerHeaders {
  expiresS: number | undefined
  refresher: 'uac' | 'uas' | undefined
  minS: number
  supported: boolean
}

export interface TimerTerms {
  expiresS: number
  weRefresh: boolean
}

/** `valuesOf`: of a header by its key, each line apart. */
export function readTimerHeaders(valuesOf: (key: string) => readonly string[]): TimerHeaders {
  const match = /^(\d{1,9})[ \t]*((?:;.*)?)$/.exec(valuesOf('session-expires')[0]?.trim() ?? '')
  const refresher = /;[ \t]*refresher[ \t]*=[ \t]*(uac|uas)\b/i.exec(match?.[2] ?? '')?.[1]?.toLowerCase()
  const least = /^\d{1,9}/.exec(valuesOf('min-se')[0] ?? '')?.[0]
  return {
    expiresS: match ? Number(match[1]) : undefined,
    refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined,
    minS: Math.max(leastIntervalS, Number(least ?? 0)),
    supported: valuesOf('supported').some((line) =>
      line.split(',').some((one) => one.trim().toLowerCase() === 'timer'),
    ),
  }
}

/**
 * Our answer to a request that may ask for a timer. `tooSmall`: 422. `none`: neither side wants one, or the far end does
 * not know them. Section 9: the interval may become shorter, the refresher stays whom the request named.
 */
export function answerTimer(
  asked: TimerHeaders,
  wishedS: number,
): { verdict: 'tooSmall' } | { verdict: 'none' } | { verdict: 'agreed'; terms: TimerTerms; headers: string[] } {
  const { expiresS, refresher, minS, supported } = asked
  if (expiresS !== undefined && expiresS < leastIntervalS && supported) return { verdict: 'tooSmall' }
  if (expiresS === undefined && !supported) return { verdict: 'none' }
  const agreedS = Math.min(Math.max(expiresS ?? wishedS, minS), Math.max(wishedS, minS))
  const agreed = supported ? (refresher ?? 'uac') : 'uas'
  return {
    verdict: 'agreed',
    terms: { expiresS: agreedS, weRefresh: agreed === 'uas' },
    headers: [`Session-Expires: ${agreedS};refresher=${agreed}`, ...(agreed === 'uac' ? ['Require: timer'] : [])],
  }
}

/** What a 2xx to a request of ours settles; undefined: the session never expires. Who says nothing leaves it to us. */
export function agreedTerms({ expiresS, refresher }: TimerHeaders): TimerTerms | undefined {
  return expiresS === undefined ? undefined : { expiresS, weRefresh: refresher !== 'uas' }
}

/** Of a request of ours; `terms`: of the session that stands, whose refresher is to stay. */
export function timerRequestHeaders(wishedS: number, minS: number, terms?: TimerTerms): string[] {
  const refresher = terms ? `;refresher=${terms.weRefresh ? 'uac' : 'uas'}` : ''
  const expiresS = Math.max(terms?.expiresS ?? wishedS, minS)
  return [`Session-Expires: ${expiresS}${refresher}`, ...(minS > leastIntervalS ? [`Min-SE: ${minS}`] : [])]
}

export type SessionTimerState = { name: 'off' } | { name: 'running'; terms: TimerTerms }

export type SessionTimerInput =
  /** By the first 2xx, or by the one of any later refresh. */
  | { type: 'agreed'; terms: TimerTerms | undefined }
  | { type: 'refreshDue' }
  /** Our refresh was refused, and the call is not over for it. */
  | { type: 'refreshFailed' }
  | { type: 'expiryDue' }

export type SessionTimerEffect =
  | { do: 'clearTimers' }
  | { do: 'setTimer'; timer: 'refresh' | 'expiry'; afterMs: number }
  | { do: 'refresh' }
  /** BYE: the far end is taken to be gone. */
  | { do: 'expire' }

export function nextSessionTimer(
  state: SessionTimerState,
  input: SessionTimerInput,
): { next: SessionTimerState; effects: SessionTimerEffect[] } {
  if (input.type === 'agreed') {
    const { terms } = input
    if (!terms) return { next: { name: 'off' }, effects: [{ do: 'clearTimers' }] }
    const { expiresS, weRefresh } = terms
    return {
      next: { name: 'running', terms },
      effects: [
        { do: 'clearTimers' },
        // Section 10: 32 s before the end, or a third of the interval where that is less.
        { do: 'setTimer', timer: 'expiry', afterMs: (expiresS - Math.min(32, expiresS / 3)) * 1000 },
        ...(weRefresh ? [{ do: 'setTimer', timer: 'refresh', afterMs: (expiresS * 1000) / 2 } as const] : []),
      ],
    }
  }
  if (state.name === 'off') return { next: state, effects: [] }
  switch (input.type) {
    case 'refreshDue':
      return { next: state, effects: [{ do: 'refresh' }] }
    case 'refreshFailed':
      return {
        next: state,
        effects: [{ do: 'setTimer', timer: 'refresh', afterMs: (state.terms.expiresS * 1000) / 12 }],
      }
    case 'expiryDue':
      return { next: { name: 'off' }, effects: [{ do: 'clearTimers' }, { do: 'expire' }] }
  }
}
