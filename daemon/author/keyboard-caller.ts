// A caller at the keyboard: one line for each thing that is asked. Time stands still while somebody thinks.
import type { BotResult, FunctionAnswer, HookAnswer, HookKind } from '../flow/abilities.ts'
import { type FlowObject, isFlowObject } from '../flow/flow-value.ts'
import type { Answers, BotAsked, Contact, DigitsQuestion, ViewAnswered } from './answers.ts'

export interface KeyboardOptions {
  /** Undefined: there is no more. */
  nextLine(): Promise<string | undefined>
  /** Shows what has happened so far, then the question. */
  ask(question: string): void
  complain(text: string): void
}

const hangUp = /^(hang ?up|bye)$/i

export class KeyboardCaller implements Answers {
  readonly #options: KeyboardOptions
  #contact: Contact | undefined

  constructor(options: KeyboardOptions) {
    this.#options = options
  }

  begin(contact: Contact): void {
    this.#contact = contact
  }

  async digits(
    { maximumDigits, terminator, windowMs }: DigitsQuestion,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const operands = this.#contact?.block()?.operands ?? []
    const entry = `up to ${maximumDigits} digits${terminator === '' ? '' : `, ${terminator} ends`}`
    const keys = await this.#line(
      `${operands.length > 0 ? `keys ${operands.join(' ')}` : entry}; empty: nothing`,
      (line) => (/^[0-9*#]*$/.test(line) ? undefined : `${line} is no key: press 0 to 9, * and #, or write hangup.`),
    )
    if (keys === undefined || keys === '') {
      await this.#contact?.clock.wait(windowMs, signal)
      return undefined
    }
    return keys
  }

  async intent({ bot, windowMs }: BotAsked, signal: AbortSignal): Promise<(BotResult & { text: string }) | undefined> {
    const operands = this.#contact?.block()?.operands ?? []
    const text = await this.#line(`bot ${bot}: ${operands.join(', ') || 'an intent'}; empty: nothing`)
    if (text === undefined || text === '') {
      if (windowMs !== undefined) await this.#contact?.clock.wait(windowMs, signal)
      return undefined
    }
    const intent = operands.find((operand) => operand.toLowerCase() === text.toLowerCase())
    return { text, intentName: intent ?? 'FallbackIntent', slots: {}, sessionAttributes: {} }
  }

  async functionAnswer(name: string): Promise<FunctionAnswer | undefined> {
    const result = await this.#object(`function ${name}: its answer as JSON; empty: it fails`)
    return result && { ok: true, result }
  }

  async hookAnswer(_kind: HookKind, action: string): Promise<HookAnswer | undefined> {
    const result = await this.#object(`${action}: its answer as JSON; empty: it fails`)
    return result && { ok: true, result }
  }

  async view(name: string): Promise<ViewAnswered | undefined> {
    const operands = this.#contact?.block()?.operands ?? []
    const action = await this.#line(`view ${name}: ${operands.join(', ') || 'an action'}; empty: no answer`)
    return action === undefined || action === '' ? undefined : { action, data: {} }
  }

  async #object(question: string): Promise<FlowObject | undefined> {
    const line = await this.#line(question, (written) =>
      written === '' || parseObject(written) ? undefined : 'That is no JSON object: write {"key": "value"}.',
    )
    return line === undefined || line === '' ? undefined : parseObject(line)
  }

  /** Asks again as long as `wrong` has something to say. */
  async #line(
    question: string,
    wrong: (line: string) => string | undefined = () => undefined,
  ): Promise<string | undefined> {
    const contact = this.#contact
    if (!contact) return undefined
    for (;;) {
      this.#options.ask(question)
      const line = (await contact.clock.hold(this.#options.nextLine()))?.trim()
      if (line === undefined) return undefined
      if (hangUp.test(line)) {
        contact.leave('the caller hung up')
        return undefined
      }
      const complaint = wrong(line)
      if (complaint === undefined) return line
      this.#options.complain(complaint)
    }
  }
}

function parseObject(text: string): FlowObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFlowObject(value) ? value : undefined
  } catch {
    // No JSON: the caller of this asks again.
    return undefined
  }
}
