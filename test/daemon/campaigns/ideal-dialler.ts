// The best that any dialler could do, for the measure of ours: it knows the rates that ours has to learn. A constrained
// Markov decision process: calls that ring and agents who talk, both ending at constant rates; at every moment it may call
// more. Solved by value iteration for a price on each abandoned call, and the price is searched at which the limit is just
// kept. Nothing of the daemon is used here.

export interface Rates {
  agents: number
  /** Of the calls, who answers. */
  answerShare: number
  ringMeanS: number
  talkMeanS: number
}

export interface IdealDialler {
  /** Calls to have under way, when so many ring and so many agents talk. */
  target(ringing: number, talking: number): number
  idleShare: number
  abandonShare: number
}

export function idealDialler(rates: Rates, abandonLimit: number): IdealDialler {
  let low = 0
  let high = 400
  let best: IdealDialler | undefined
  for (let step = 0; step < 9; step++) {
    const price = (low + high) / 2
    const dialler = solve(rates, price)
    if (dialler.abandonShare <= abandonLimit) {
      best = dialler
      high = price
    } else low = price
  }
  if (!best) throw new Error('no price keeps the limit')
  return best
}

function solve({ agents, answerShare, ringMeanS, talkMeanS }: Rates, price: number): IdealDialler {
  const most = Math.ceil((0.9 * agents) / answerShare + 10)
  const width = agents + 1
  const states = (most + 1) * width
  const [ring, talk] = [1 / ringMeanS, 1 / talkMeanS]
  // Uniformised: one step is the time to the next event of the fastest state.
  const all = most * ring + agents * talk
  const plan = new Int16Array(states)
  let values = new Float64Array(states)
  const after = new Float64Array(states)
  for (let round = 0; round < 20_000; round++) {
    for (let i = 0; i <= most; i++)
      for (let b = 0; b <= agents; b++) {
        const here = i * width + b
        let value = (agents - b) / all
        let rest = 1
        if (i > 0) {
          const share = (i * ring) / all
          const answered = b < agents ? values[here - width + 1]! : values[here - width]! + price
          value += share * (answerShare * answered + (1 - answerShare) * values[here - width]!)
          rest -= share
        }
        if (b > 0) {
          const share = (b * talk) / all
          value += share * values[here - 1]!
          rest -= share
        }
        after[here] = value + rest * values[here]!
      }
    const next = new Float64Array(states)
    for (let b = 0; b <= agents; b++) {
      let best = Number.POSITIVE_INFINITY
      let target = most
      for (let i = most; i >= 0; i--) {
        const value = after[i * width + b]!
        if (value <= best + 1e-12) {
          best = value
          target = i
        }
        next[i * width + b] = best
        plan[i * width + b] = target
      }
    }
    const reference = next[0]!
    let least = Number.POSITIVE_INFINITY
    let greatest = Number.NEGATIVE_INFINITY
    for (let at = 0; at < states; at++) {
      const change = next[at]! - values[at]!
      least = Math.min(least, change)
      greatest = Math.max(greatest, change)
      next[at] = next[at]! - reference
    }
    values = next
    if ((greatest - least) * all < 1e-4) break
  }
  const target = (ringing: number, talking: number) => plan[Math.min(ringing, most) * width + talking]!
  return { target, ...longRun({ agents, answerShare, ring, talk, all, most }, target) }
}

function longRun(
  of: { agents: number; answerShare: number; ring: number; talk: number; all: number; most: number },
  target: (ringing: number, talking: number) => number,
): { idleShare: number; abandonShare: number } {
  const { agents, answerShare, ring, talk, all, most } = of
  const width = agents + 1
  let share = new Float64Array((most + 1) * width)
  share[target(0, 0) * width] = 1
  for (let round = 0; round < 20_000; round++) {
    const next = new Float64Array(share.length)
    for (let i = 0; i <= most; i++)
      for (let b = 0; b <= agents; b++) {
        const mass = share[i * width + b]!
        if (mass < 1e-14) continue
        let rest = mass
        const go = (ringing: number, talking: number, rate: number) => {
          const moved = (mass * rate) / all
          const to = target(ringing, talking) * width + talking
          next[to] = next[to]! + moved
          rest -= moved
        }
        if (i > 0) go(i - 1, b, i * ring * (1 - answerShare))
        if (i > 0) go(i - 1, Math.min(agents, b + 1), i * ring * answerShare)
        if (b > 0) go(i, b - 1, b * talk)
        next[i * width + b] = next[i * width + b]! + rest
      }
    let moved = 0
    for (let at = 0; at < share.length; at++) moved += Math.abs(share[at]! - next[at]!)
    share = next
    if (moved < 1e-7) break
  }
  let [idle, answered, abandoned] = [0, 0, 0]
  for (let i = 0; i <= most; i++)
    for (let b = 0; b <= agents; b++) {
      const mass = share[i * width + b]!
      idle += mass * (agents - b)
      answered += mass * i
      if (b === agents) abandoned += mass * i
    }
  return { idleShare: idle / agents, abandonShare: abandoned / answered }
}
