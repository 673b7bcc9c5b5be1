// The bots of an instance, ready to be asked. Dialogs are kept per contact and bot, bounded in number and time; an HTTP
// bot is asked through a function of its own, with its time limit, retries and number of calls at once.
import type { Clock } from '../clock.ts'
import { Counters } from '../counters.ts'
import { createFunctions } from '../functions/create-functions.ts'
import { type Functions, type InvokeOptions, isJsonObject, type JsonObject } from '../functions/functions.ts'
import { BotSessions, type BotSessionsOptions } from './bot-sessions.ts'
import type {
  BotDefinition,
  BotExpectation,
  BotFailure,
  BotInput,
  BotOutcome,
  Bots,
  HttpBotDefinition,
  LexResult,
} from './bots.ts'
import { lexRequest, readLexResponse } from './lex-wire.ts'
import { compileBot, type Dialog, expectation, type LocalBot, takeTurn } from './local-bot.ts'
import type { DateContext } from './spoken-dates.ts'
import type { IntentMatch } from './utterances.ts'

export interface BotsOptions {
  bots: Iterable<BotDefinition>
  clock: Clock
  /** Of the box, for "tomorrow": tz database name. */
  timeZone: string
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void }
  sessions?: Omit<BotSessionsOptions, 'clock'>
}

export function createBots(options: BotsOptions): Bots {
  return new BotService(options)
}

/** Lex's limit of a text. */
const longestText = 1024
const longestAttributesBytes = 16 * 1024
/** Lex takes no more keys. */
const mostKeys = 1024

interface BotState {
  sessionAttributes: Record<string, string>
  /** Of a local bot, while a slot is asked for. */
  dialog?: Dialog | undefined
  /** Of an HTTP bot: what its last answer said of the session. */
  remote?: JsonObject | undefined
}

type Understood = Extract<BotOutcome, { ok: true }> & { state: BotState }
type NotUnderstood = Extract<BotOutcome, { ok: false }>

class BotService implements Bots {
  readonly #options: BotsOptions
  readonly #local = new Map<string, LocalBot>()
  readonly #http = new Map<string, HttpBotDefinition>()
  readonly #endpoints: Functions
  readonly #sessions: BotSessions<BotState>
  readonly #counters = new Counters()

  constructor(options: BotsOptions) {
    this.#options = options
    this.#sessions = new BotSessions({ clock: options.clock, ...options.sessions })
    for (const bot of options.bots)
      if (bot.kind === 'local') this.#local.set(bot.name, compileBot(bot))
      else this.#http.set(bot.name, bot)
    this.#endpoints = createFunctions({
      functions: this.#http.values(),
      // Endpoints have no files.
      instanceDirectory: '',
      clock: options.clock,
      // What fails is told by `ask`, by the name of the bot.
      log: { info: options.log.info, warn: options.log.info },
    })
  }

  has(name: string): boolean {
    return this.#local.has(name) || this.#http.has(name)
  }

  async ask(name: string, input: BotInput, options: InvokeOptions): Promise<BotOutcome> {
    this.#counters.count('asked')
    const answer = await this.#ask(name, input, options)
    if (!answer.ok) {
      this.#counters.count(answer.reason)
      if (answer.reason !== 'aborted')
        this.#options.log.warn({ bot: name, reason: answer.reason, detail: answer.detail }, 'a bot failed')
      return answer
    }
    const { state, ...outcome } = answer
    this.#sessions.set(input.sessionId, name, state)
    this.#counters.count(outcome.done ? 'done' : 'goingOn')
    return outcome
  }

  expects(name: string, sessionId: string): BotExpectation | undefined {
    const local = this.#local.get(name)
    if (local) return expectation(local, this.#sessions.get(sessionId, name)?.dialog)
    return this.#http.has(name) ? { phrases: [], maximumDigits: mostKeys } : undefined
  }

  forget(sessionId: string): void {
    this.#sessions.forget(sessionId)
  }

  counters(): Record<string, number> {
    const endpoints = Object.entries(this.#endpoints.counters()).map(([key, value]) => [`endpoint.${key}`, value])
    return { ...this.#counters.snapshot(), ...this.#sessions.counters(), ...Object.fromEntries(endpoints) }
  }

  async close(): Promise<void> {
    this.#sessions.clear()
    await this.#endpoints.close()
  }

  async #ask(name: string, input: BotInput, options: InvokeOptions): Promise<Understood | NotUnderstood> {
    const local = this.#local.get(name)
    const http = this.#http.get(name)
    const bot = local?.definition ?? http
    if (!bot) return failure('notFound', 'there is no such bot in bots.yaml')
    if (options.signal.aborted) return failure('aborted', 'nobody waits any more')
    if (languageOf(bot.locale) !== languageOf(input.locale))
      return failure('wrongLocale', `the bot speaks ${bot.locale}, the contact ${input.locale}`)
    if ((input.text?.length ?? 0) > longestText || (input.dtmf?.length ?? 0) > mostKeys)
      return failure('tooLarge', `the text is longer than ${longestText} characters`)
    const before = this.#sessions.get(input.sessionId, name)
    const sessionAttributes = { ...before?.sessionAttributes, ...input.sessionAttributes }
    if (Buffer.byteLength(JSON.stringify(sessionAttributes)) > longestAttributesBytes)
      return failure('tooLarge', `the session attributes are larger than ${longestAttributesBytes} bytes`)
    if (local) return this.#askLocal(local, input, sessionAttributes, before?.dialog)
    return this.#askEndpoint(bot, input, sessionAttributes, before?.remote, options)
  }

  #askLocal(
    bot: LocalBot,
    input: BotInput,
    sessionAttributes: Record<string, string>,
    dialog: Dialog | undefined,
  ): Understood {
    const said = input.dtmf === undefined ? { text: input.text ?? '' } : { keys: input.dtmf }
    const turn = takeTurn(bot, dialog, said, this.#dateContext(bot.definition.locale))
    const { match, state, alternates, messages } = turn
    if (match.confidence === undefined) this.#counters.count('fallback')
    const lex: LexResult = {
      IntentName: match.intent.name,
      Slots: match.slots,
      SessionAttributes: sessionAttributes,
      DialogState: state,
      ...(match.confidence !== undefined && { IntentConfidence: { Score: match.confidence } }),
      AlternateIntents: alternates.map(alternateOf),
    }
    return {
      ok: true,
      done: turn.dialog === undefined,
      lex,
      messages,
      state: { sessionAttributes, dialog: turn.dialog },
    }
  }

  async #askEndpoint(
    bot: { name: string; locale: string },
    input: BotInput,
    sessionAttributes: Record<string, string>,
    remote: JsonObject | undefined,
    options: InvokeOptions,
  ): Promise<Understood | NotUnderstood> {
    const request = lexRequest(bot, input, sessionAttributes, remote)
    const outcome = await this.#endpoints.invoke(bot.name, request, options)
    if (!outcome.ok) return outcome
    const answer = readLexResponse(outcome.result)
    if (typeof answer === 'string') return failure('badResponse', answer)
    const { sessionState } = outcome.result
    const state: BotState = {
      sessionAttributes: answer.lex.SessionAttributes,
      // A dialog that is done begins anew, with the session's attributes only.
      remote: !answer.done && isJsonObject(sessionState) ? sessionState : undefined,
    }
    return { ok: true, ...answer, state }
  }

  #dateContext(locale: string): DateContext {
    const { clock, timeZone } = this.#options
    // The Swedish write dates as ISO does.
    const today = new Date(clock.epochMs()).toLocaleDateString('sv-SE', { timeZone })
    return { today, locale }
  }
}

function alternateOf({ intent, confidence, slots }: IntentMatch): LexResult['AlternateIntents'][number] {
  return { IntentName: intent.name, IntentConfidence: { Score: confidence }, Slots: slots }
}

function failure(reason: BotFailure, detail: string): NotUnderstood {
  return { ok: false, reason, detail }
}

function languageOf(locale: string): string {
  return locale.split(/[-_]/, 1)[0]?.toLowerCase() ?? ''
}
