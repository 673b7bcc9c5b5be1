// A caller who follows a script, step by step. What the script expects is looked at whenever the caller does the next
// thing, and once more when the contact is over; the first thing that is not so ends the contact.
import type { BotResult, FunctionAnswer, QueueMetrics } from '../flow/abilities.ts'
import type { Answers, BotAsked, Contact, DigitsQuestion } from './answers.ts'
import { inOneLine, readableText } from './readable-speech.ts'
import { regularExpression, type Script, type ScriptStep } from './script-schema.ts'
import type { TextContact } from './text-contact.ts'
import type { TraceEnd, TraceStep } from './trace.ts'

export interface ScriptFailure {
  /** Index of the step; absent when the contact as a whole went wrong. */
  step?: number
  expected: string
  happened: string
}

/** Something the caller does, and when, counted from the thing before. */
interface Deed {
  step: number
  afterMs: number
  does: Pick<ScriptStep, 'presses' | 'says' | 'hangsUp' | 'answered'>
}

export class ScriptedCaller implements Answers {
  failure: ScriptFailure | undefined
  readonly #script: Script
  readonly #deeds: Deed[]
  readonly #hours = new Map<string, boolean>()
  readonly #heard: string[] = []
  /** What was heard before this has been matched. */
  #heardTo = 0
  /** Steps before this one have been looked at. */
  #checkedTo = 0
  #lastDeedMs = 0
  #contact: Contact | undefined
  #data: TextContact | undefined
  readonly #reached = new Set<string>()

  constructor(script: Script) {
    this.#script = script
    this.#deeds = deedsOf(script.steps)
    for (const [name, state] of Object.entries(script.hours)) this.#hours.set(name, state === 'open')
  }

  begin(contact: Contact): void {
    this.#contact = contact
    this.#planLeaving()
  }

  /** For expectations about the contact's data. */
  look(data: TextContact): void {
    this.#data = data
  }

  /** Told of everything as it happens. */
  happened(step: TraceStep): void {
    if (step.event === 'spoken') this.#heard.push(readableText({ kind: 'text', text: step.text, ssml: step.ssml }))
    else if (step.event === 'played') this.#heard.push(`<${step.prompt}>`)
  }

  /** Told of each block that has begun. */
  reached(block: string): void {
    this.#reached.add(block)
  }

  async digits(question: DigitsQuestion, signal: AbortSignal): Promise<string | undefined> {
    const deed = await this.#due(question.windowMs, 'presses', signal)
    return deed?.does.presses
  }

  async intent({ windowMs }: BotAsked, signal: AbortSignal): Promise<(BotResult & { text: string }) | undefined> {
    const says = (await this.#due(windowMs ?? Number.POSITIVE_INFINITY, 'says', signal))?.does.says
    if (says === undefined) return undefined
    if (typeof says !== 'string')
      return { text: says.text, intentName: says.intent, slots: says.slots, sessionAttributes: {} }
    const operands = this.#contact?.block()?.operands ?? []
    const intent = operands.find((operand) => operand.toLowerCase() === says.toLowerCase())
    return { text: says, intentName: intent ?? 'FallbackIntent', slots: {}, sessionAttributes: {} }
  }

  async functionAnswer(name: string): Promise<FunctionAnswer | undefined> {
    const { functions } = this.#script
    const given = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (!given) return undefined
    if ('fails' in given) return { ok: false, reason: 'script', detail: given.fails }
    return { ok: true, result: given.result ?? {} }
  }

  isOpen(hours: string | undefined): boolean | undefined {
    this.#applyWorld()
    return hours === undefined ? this.#hours.get('*') : (this.#hours.get(hours) ?? this.#hours.get('*'))
  }

  hasRoom(queue: string): boolean | undefined {
    const state = this.#queue(queue)
    return state && !state.full
  }

  metrics(queue: string): Partial<QueueMetrics> | undefined {
    const state = this.#queue(queue)
    if (!state) return undefined
    const { waiting, oldestS, available, staffed } = state
    const others = { afterContactWork: 0, busy: 0, missed: 0, nonProductive: 0 }
    return {
      size: waiting,
      ...(oldestS !== undefined && { oldestContactAgeSeconds: oldestS }),
      agents: { online: staffed, available, staffed, ...others },
    }
  }

  /** Looks at whatever the script still expects. */
  ended(end: TraceEnd, reason: string): void {
    const rest = this.#deeds[0]
    if (rest && !this.failure) {
      this.#check(rest.step, end)
      const happened = `the contact ended before (${end}${reason ? `: ${reason}` : ''})`
      this.#fail({ step: rest.step, expected: `the caller ${describeDeed(rest)}`, happened })
    }
    this.#check(this.#script.steps.length, end)
    const expectsEnd = this.#script.steps.some((step) => step.ends !== undefined)
    if (end === 'failed' && !expectsEnd)
      this.#fail({ expected: 'an end without a failure', happened: `failed: ${reason}` })
  }

  #queue(name: string): Script['queues'][string] | undefined {
    return Object.hasOwn(this.#script.queues, name) ? this.#script.queues[name] : undefined
  }

  /** The next deed if it is of that kind and comes within the window; else the window has passed. */
  async #due(windowMs: number, kind: 'presses' | 'says', signal: AbortSignal): Promise<Deed | undefined> {
    const contact = this.#contact
    const deed = this.#deeds[0]
    if (!contact) return undefined
    const { clock } = contact
    const nowMs = clock.monotonicMs()
    const waitMs = deed ? Math.max(0, this.#lastDeedMs + deed.afterMs - nowMs) : Number.POSITIVE_INFINITY
    if (!deed || waitMs > windowMs || deed.does[kind] === undefined) {
      // Who has nothing to say to a question without an end leaves it to the caller's patience.
      if (Number.isFinite(windowMs)) await clock.wait(windowMs, signal)
      return undefined
    }
    await clock.wait(waitMs, signal)
    this.#check(deed.step, undefined)
    if (this.failure) return undefined
    this.#deeds.shift()
    this.#lastDeedMs = clock.monotonicMs()
    this.#planLeaving()
    return deed
  }

  /** When the next thing is that the contact leaves, it happens whatever the flow does then. */
  #planLeaving(): void {
    const deed = this.#deeds[0]
    if (!deed?.does.hangsUp && !deed?.does.answered) return
    const { clock } = this.#contact ?? {}
    const dueMs = Math.max(0, this.#lastDeedMs + deed.afterMs - (clock?.monotonicMs() ?? 0))
    clock?.after(dueMs, () => {
      this.#check(deed.step, undefined)
      if (this.failure) return
      this.#deeds.shift()
      this.#contact?.leave(deed.does.hangsUp ? 'the caller hung up' : 'an agent answered')
    })
  }

  /** Steps up to `to`, which itself is left. `end` is known when the contact is over. */
  #check(to: number, end: TraceEnd | undefined): void {
    for (; this.#checkedTo < to && !this.failure; this.#checkedTo++) {
      const step = this.#script.steps[this.#checkedTo]
      const wrong = step && this.#lookAt(step, end)
      if (wrong) this.#fail({ step: this.#checkedTo, ...wrong })
    }
  }

  #lookAt(step: ScriptStep, end: TraceEnd | undefined): Omit<ScriptFailure, 'step'> | undefined {
    const { data, hooks } = this.#data ?? {}
    if (step.hears !== undefined) return this.#hears(step.hears)
    if (step.hours) for (const [name, state] of Object.entries(step.hours)) this.#hours.set(name, state === 'open')
    if (step.attribute)
      return differing('attribute', step.attribute, (key) =>
        data && Object.hasOwn(data.attributes, key) ? data.attributes[key] : undefined,
      )
    if (step.hook) return differing('hook', step.hook, (key) => [...(hooks ?? [])].find(([hook]) => hook === key)?.[1])
    if (step.queue !== undefined && data?.queue?.name !== step.queue)
      return { expected: `queue ${step.queue}`, happened: `queue ${data?.queue?.name ?? 'not set'}` }
    if (step.reaches !== undefined && !this.#hasReached(step.reaches))
      return { expected: `reaches ${step.reaches}`, happened: `ran ${[...this.#reached].join(', ') || 'nothing'}` }
    if (step.ends !== undefined && step.ends !== end)
      return { expected: `ends ${step.ends}`, happened: end === undefined ? 'still goes on' : `ended ${end}` }
    return undefined
  }

  /** The block that asks is told only when it is over. */
  #hasReached(block: string): boolean {
    return this.#reached.has(block) || this.#contact?.block()?.identifier === block
  }

  #hears(written: string): Omit<ScriptFailure, 'step'> | undefined {
    // As what is heard: the lines of a text are one.
    const wanted = regularExpression(written) ? written : inOneLine(written)
    const since = this.#heard.slice(this.#heardTo)
    const index = since.findIndex((heard) => matches(wanted, heard))
    if (index < 0)
      return {
        expected: `hears ${wanted}`,
        happened: since.length === 0 ? 'heard nothing more' : `heard ${since.join(' | ')}`,
      }
    this.#heardTo += index + 1
    return undefined
  }

  /** Hours that change at this point of the script, as far as the checks have come. */
  #applyWorld(): void {
    const next = this.#deeds[0]?.step ?? this.#script.steps.length
    for (let index = this.#checkedTo; index < next; index++)
      for (const [name, state] of Object.entries(this.#script.steps[index]?.hours ?? {}))
        this.#hours.set(name, state === 'open')
  }

  #fail(failure: ScriptFailure): void {
    this.failure ??= failure
    this.#contact?.leave('the script is not followed')
  }
}

function deedsOf(steps: readonly ScriptStep[]): Deed[] {
  const deeds: Deed[] = []
  let afterMs = 0
  for (const [index, step] of steps.entries()) {
    if (step.waits !== undefined) afterMs += step.waits
    const { presses, says, hangsUp, answered } = step
    if (presses === undefined && says === undefined && !hangsUp && !answered) continue
    deeds.push({ step: index, afterMs, does: step })
    afterMs = 0
  }
  return deeds
}

function describeDeed({ does }: Deed): string {
  if (does.presses !== undefined) return `presses ${does.presses}`
  if (does.says !== undefined) return `says ${typeof does.says === 'string' ? does.says : does.says.text}`
  return does.hangsUp ? 'hangs up' : 'is answered'
}

function differing(
  what: string,
  wanted: Record<string, string>,
  actual: (key: string) => string | undefined,
): Omit<ScriptFailure, 'step'> | undefined {
  for (const [key, value] of Object.entries(wanted)) {
    const found = actual(key)
    if (found === undefined || !matches(value, found))
      return {
        expected: `${what} ${key} = ${value}`,
        happened: `${what} ${key} ${found === undefined ? 'is not set' : `= ${found}`}`,
      }
  }
  return undefined
}

/** A text is the whole; a regular expression may match anywhere. */
function matches(wanted: string, actual: string): boolean {
  return regularExpression(wanted)?.test(actual) ?? wanted === actual
}
