// "Did you mean …?": the known word closest to what was written, if one is close enough to be meant.

/** Longest text that is compared; names are shorter, and the work grows with the square. */
const longest = 127

/** Edit distance with transpositions of neighbours (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let distance = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1))
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) distance = Math.min(distance, beforeLast[column - 2]! + 1)
      current.push(distance)
    }
    beforeLast = last
    last = current
  }
  return last[b.length]!
}

/** The one of `known` that `written` most likely stands for; undefined when none is near. Case is no distance. */
export function closest(written: string, known: Iterable<string>): string | undefined {
  if (written.length > longest) return undefined
  const plain = written.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1
  for (const candidate of known) {
    if (candidate === written || Math.abs(candidate.length - written.length) >= bestDistance) continue
    const distance = editDistance(plain, candidate.slice(0, longest).toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** The mend's first words: `Did you mean "x"?`, else the known ones if they are few, else nothing. */
export function suggestion(written: string, known: Iterable<string>, knownAs: string): string {
  const all = [...known]
  const near = closest(written, all)
  if (near !== undefined) return `Did you mean ${JSON.stringify(near)}?`
  if (all.length === 0) return `There are no ${knownAs} yet.`
  const shown = all.slice(0, 12).map((name) => JSON.stringify(name))
  return `Known ${knownAs}: ${shown.join(', ')}${all.length > shown.length ? ', …' : ''}.`
}
