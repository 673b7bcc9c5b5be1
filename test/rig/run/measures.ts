// What a scenario measured. What was not measured is not there: no figure is made up.
export interface Digits {
  sent: string
  heard: string
  /** 0–1, of the longest common subsequence. */
  rate: number
}

export interface MeasuredFigures {
  callerId?: string
  /** Of what was sent: 0 is as loud. */
  levelInDb?: number
  levelOutDb?: number
  /** Through the whole box, with the handing over to the program that measures. */
  delayInMs?: number
  delayOutMs?: number
  echoLossDb?: number
  driftPpm?: number
  answerMs?: number
  disconnectMs?: number
  digitsIn?: Digits
  digitsOut?: Digits
  falseDigitsPerHour?: number
  speechS?: number
}

export interface Plots {
  /** Level of each 20 ms. */
  in?: number[]
  out?: number[]
  echoDb?: number[]
  driftPpm?: number[]
}

export class Measures {
  callerId: string | undefined
  levelIn: number | undefined
  levelOut: number | undefined
  delayInMs: number | undefined
  delayOutMs: number | undefined
  echoLossDb: number | undefined
  echoCourseDb: number[] | undefined
  driftPpm: number | undefined
  driftCourse: number[] | undefined
  answerMs: number | undefined
  disconnectMs: number | undefined
  readonly #digits: { in?: Digits; out?: Digits } = {}
  readonly #waves: { in?: number[]; out?: number[] } = {}
  #speech: { falseDigits: number; ms: number } | undefined

  digits(way: 'in' | 'out', sent: string, heard: string): void {
    this.#digits[way] = { sent, heard, rate: common(sent, heard) / sent.length }
    if (heard !== sent) throw new Error(`of ${sent}, ${heard || 'nothing'} was heard`)
  }

  speech(falseDigits: number, ms: number): void {
    this.#speech = { falseDigits, ms }
    if (falseDigits > 0) throw new Error(`${falseDigits} keys were heard in speech`)
  }

  wave(way: 'in' | 'out', sound: Int16Array): void {
    const levels: number[] = []
    for (let at = 0; at + 160 <= sound.length && levels.length < 150; at += 160) {
      let sum = 0
      for (let i = at; i < at + 160; i++) sum += sound[i]! ** 2
      levels.push(Math.max(-70, 10 * Math.log10((2 * sum) / 160 / 32_767 ** 2 + 1e-12) + 3.14))
    }
    this.#waves[way] = levels
  }

  figures(): MeasuredFigures {
    const speech = this.#speech
    return defined({
      callerId: this.callerId,
      levelInDb: rounded(this.levelIn),
      levelOutDb: rounded(this.levelOut),
      delayInMs: this.delayInMs,
      delayOutMs: this.delayOutMs,
      echoLossDb: rounded(this.echoLossDb),
      driftPpm: rounded(this.driftPpm),
      answerMs: this.answerMs,
      disconnectMs: this.disconnectMs,
      digitsIn: this.#digits.in,
      digitsOut: this.#digits.out,
      falseDigitsPerHour: speech && (speech.falseDigits * 3_600_000) / speech.ms,
      speechS: speech && Math.round(speech.ms / 1000),
    })
  }

  plots(): Plots {
    return defined({ ...this.#waves, echoDb: this.echoCourseDb, driftPpm: this.driftCourse })
  }
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10) / 10
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}

/** Length of the longest common subsequence. */
function common(one: string, other: string): number {
  let row = new Array<number>(other.length + 1).fill(0)
  for (const letter of one) {
    const next = [0]
    for (let i = 0; i < other.length; i++)
      next.push(letter === other[i] ? row[i]! + 1 : Math.max(row[i + 1]!, next[i]!))
    row = next
  }
  return row.at(-1)!
}
