// Numbers as callers say them: figures, English words, and figures one by one ("double five", "oh").

const units: ReadonlyMap<string, number> = new Map(
  ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'].map((word, value) => [word, value]),
)
const teens: ReadonlyMap<string, number> = new Map(
  ['ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'].map(
    (word, index) => [word, 10 + index],
  ),
)
const tens: ReadonlyMap<string, number> = new Map(
  ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'].map((word, index) => [
    word,
    20 + 10 * index,
  ]),
)
const scales: ReadonlyMap<string, number> = new Map([
  ['thousand', 1_000],
  ['million', 1_000_000],
  ['billion', 1_000_000_000],
])
const repeats: ReadonlyMap<string, number> = new Map([
  ['double', 2],
  ['triple', 3],
])

/** `twenty-one` is two words here. */
function parts(words: readonly string[]): string[] {
  return words.flatMap((word) => (/^[a-z]+-[a-z-]+$/.test(word) ? word.split('-') : [word]))
}

/**
 * The figures of the longest run of words that are figures: `my number is one two double three` gives `1233`, `forty
 * two` gives `42`. Empty when there are none.
 */
export function spokenDigits(words: readonly string[]): string {
  const runs = ['']
  let repeat = 1
  let afterTens = false
  for (const word of parts(words)) {
    const times = repeats.get(word)
    if (times !== undefined) {
      repeat = times
      continue
    }
    const figures = figuresOf(word)
    if (figures === undefined) runs.push('')
    else {
      const run = runs.pop() ?? ''
      // "forty two" is 42, not 402.
      const joins = afterTens && repeat === 1 && units.has(word) && word !== 'zero'
      runs.push(joins ? run.slice(0, -1) + figures : run + figures.repeat(repeat))
    }
    repeat = 1
    afterTens = tens.has(word)
  }
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest))
}

function figuresOf(word: string): string | undefined {
  if (/^[0-9][0-9.,/-]*$/.test(word)) return word.replace(/[^0-9]/g, '')
  if (word === 'oh' || word === 'o' || word === 'nought') return '0'
  const value = units.get(word) ?? teens.get(word) ?? tens.get(word)
  return value === undefined ? undefined : String(value)
}

/** The one number among the words, e.g. `a hundred and twenty point five`; undefined when there is none, or several. */
export function spokenNumber(words: readonly string[]): number | undefined {
  const list = parts(words)
  const begin = list.findIndex(isNumberWord)
  if (begin === -1) return undefined
  const length = list.slice(begin).findIndex((word) => !isNumberWord(word) && word !== 'and' && word !== 'point')
  const run = length === -1 ? list.slice(begin) : list.slice(begin, begin + length)
  if (list.slice(begin + run.length).some(isNumberWord)) return undefined
  const sign = list[begin - 1] === 'minus' || list[begin - 1] === 'negative' ? -1 : 1
  const pointAt = run.indexOf('point')
  const whole = wholeNumber(pointAt === -1 ? run : run.slice(0, pointAt))
  if (whole === undefined || pointAt === -1) return whole === undefined ? undefined : sign * whole
  const fraction = spokenDigits(run.slice(pointAt + 1))
  return fraction === '' ? undefined : sign * Number(`${whole}.${fraction}`)
}

function isNumberWord(word: string): boolean {
  return plainFigure.test(word) || word === 'hundred' || scales.has(word) || countOf(word) !== undefined
}

const plainFigure = /^[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?$/

function countOf(word: string): number | undefined {
  if (plainFigure.test(word)) return Number(word.replaceAll(',', ''))
  return units.get(word) ?? teens.get(word) ?? tens.get(word)
}

function wholeNumber(words: readonly string[]): number | undefined {
  let total = 0
  /** Below the next scale word. */
  let group: number | undefined
  let previous = ''
  for (const word of words) {
    if (word === 'and') continue
    const value = countOf(word)
    if (value !== undefined) {
      // "one two" is no number; "twenty one", "a hundred one" and "2 hundred 50" are.
      const fits = group === undefined || (tens.has(previous) && value < 10 && value > 0) || previous === 'hundred'
      if (!fits) return undefined
      group = (group ?? 0) + value
    } else if (word === 'hundred') group = (group ?? 1) * 100
    else {
      total += (group ?? 1) * (scales.get(word) ?? 1)
      group = undefined
    }
    previous = word
  }
  return total + (group ?? 0)
}

const ordinalEndings: readonly [RegExp, string][] = [
  [/^first$/, 'one'],
  [/^second$/, 'two'],
  [/^third$/, 'three'],
  [/^fifth$/, 'five'],
  [/^eighth$/, 'eight'],
  [/^ninth$/, 'nine'],
  [/^twelfth$/, 'twelve'],
  [/^twentieth$/, 'twenty'],
  [/^thirtieth$/, 'thirty'],
  [/^([a-z]+)th$/, '$1'],
]

/** `third`, `3rd`, `twenty first`: the number meant; undefined for any other word. */
export function ordinal(words: readonly string[]): number | undefined {
  const list = parts(words)
  const figure = /^([0-9]{1,2})(?:st|nd|rd|th)?$/.exec(list.join(' '))
  if (figure) return Number(figure[1])
  const last = list.at(-1) ?? ''
  const ending = ordinalEndings.find(([pattern]) => pattern.test(last))
  const plain = ending ? last.replace(ending[0], ending[1]) : last
  return list.length > 0 && list.length <= 2 ? wholeNumberOnly([...list.slice(0, -1), plain]) : undefined
}

function wholeNumberOnly(words: readonly string[]): number | undefined {
  return words.every((word) => countOf(word) !== undefined) ? wholeNumber(words) : undefined
}
