// A bot of a telephone company for the tests, in the words of bots.yaml, and a service that is asked as a caller would.

import type { BotDefinition, BotInput, BotOutcome, Bots, LocalBotDefinition } from '../../../daemon/bots/bots.ts'
import { createBots } from '../../../daemon/bots/create-bots.ts'
import type { Clock } from '../../../daemon/clock.ts'
import { botsSchema } from '../../../daemon/config/integration-schemas.ts'
import { MockClock } from '../../support/mock-clock.ts'

/** With the defaults of the schema. */
export function localBot(bot: object): LocalBotDefinition {
  const [parsed] = botsSchema.parse({ bots: [{ name: 'Reception', kind: 'local', ...bot }] }).bots
  if (parsed?.kind !== 'local') throw new Error('this is a local bot')
  return parsed
}

export const reception = localBot({
  locale: 'en-GB',
  intents: [
    { name: 'Billing', utterances: ['billing', 'my invoice', 'a question about my bill'], dtmf: ['1'] },
    {
      name: 'BookVisit',
      utterances: ['book a visit', 'book a visit on {day}', 'visit account {account} on {day}'],
      dtmf: ['2', '22'],
      slots: [
        {
          name: 'account',
          type: 'digits',
          minimumDigits: 6,
          maximumDigits: 6,
          prompt: 'What is your account number?',
          retryPrompt: 'Six digits, please.',
        },
        { name: 'day', type: 'date', prompt: 'On which day?', attempts: 2 },
        {
          name: 'part',
          type: 'choice',
          prompt: '<speak>Morning or afternoon?</speak>',
          choices: [
            { value: 'morning', synonyms: ['early'], dtmf: '1' },
            { value: 'afternoon', synonyms: ['late', 'after lunch'], dtmf: '2' },
          ],
        },
        { name: 'note', type: 'text' },
      ],
      closing: 'Thank you.',
    },
    { name: 'Cancel', utterances: ['cancel everything'] },
  ],
})

export interface BotRig {
  bots: Bots
  clock: Clock
  logged: { message: string; fields: object }[]
  ask(said: Partial<BotInput> & { bot?: string; timeoutMs?: number; signal?: AbortSignal }): Promise<BotOutcome>
  close(): Promise<{ timers: number; sessions: number; running: number }>
}

export function botRig(
  definitions: BotDefinition[] = [reception],
  options: { clock?: Clock; sessions?: { idleMs?: number; maximum?: number } } = {},
): BotRig {
  // Monday, 5 January 2026.
  const clock = options.clock ?? new MockClock()
  const logged: BotRig['logged'] = []
  const note = (fields: object, message: string) => void logged.push({ fields, message })
  const bots = createBots({
    bots: definitions,
    clock,
    timeZone: 'Europe/London',
    log: { info: note, warn: note },
    ...(options.sessions && { sessions: options.sessions }),
  })
  return {
    bots,
    clock,
    logged,
    ask({ bot = 'Reception', timeoutMs = 8000, signal = new AbortController().signal, ...said }) {
      const input = { sessionId: 'c-1', sessionAttributes: {}, locale: 'en-GB', ...said }
      return bots.ask(bot, input, { timeoutMs, signal })
    },
    async close() {
      await bots.close()
      const { sessions = 0, 'endpoint.running': running = 0 } = bots.counters()
      return { timers: clock.liveTimers, sessions, running }
    },
  }
}

export const nothingLeft = { timers: 0, sessions: 0, running: 0 }
