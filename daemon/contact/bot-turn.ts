// How a bot listens in one turn: Lex's defaults, unless session attributes of the bot or of the block say otherwise
// (flow language facts, 3). An attribute is for an intent and a slot by name, or for any: `*`.
import type { BotExpectation } from '../bots/bots.ts'
import type { AskOptions } from '../flow/host.ts'

const longestSpeechMs = 15_000
const mostKeys = 1024

/** `attributes` are those in force: what the bot set stands before what the block set. */
export function botTurn(
  attributes: Readonly<Record<string, string>>,
  expectation: BotExpectation | undefined,
): Omit<AskOptions, 'prompt'> {
  const setting = (name: string) => settingOf(attributes, name, expectation?.slot)
  const number = (name: string, minimum: number, maximum: number) => {
    const value = Number(setting(name) ?? Number.NaN)
    return Number.isFinite(value) ? Math.min(Math.max(value, minimum), maximum) : undefined
  }
  const startTimeoutMs = number('audio:start-timeout-ms', 1, 60_000) ?? 3000
  const endKey = setting('dtmf:end-character')
  const deletionKey = setting('dtmf:deletion-character') ?? '*'
  const asked = Math.max(1, expectation?.maximumDigits ?? 1)
  return {
    firstDigitTimeoutMs: 5000,
    interDigitTimeoutMs: number('dtmf:end-timeout-ms', 1, 60_000) ?? 5000,
    maximumDigits: Math.min(asked, number('dtmf:max-length', 1, mostKeys) ?? mostKeys),
    terminator: endKey !== undefined && /^[0-9*#]$/.test(endKey) ? endKey : '#',
    // Another key than this can not take back an entry.
    cancelKey: deletionKey === '*',
    speech: {
      phrases: expectation?.phrases ?? [],
      ...(expectation?.digits && { digits: expectation.digits }),
      startTimeoutMs,
      endSilenceMs: number('audio:end-timeout-ms', 1, 10_000) ?? 600,
      maximumMs: number('audio:max-length-ms', 1, longestSpeechMs) ?? 12_000,
      interruptsPrompt: setting('allow-interrupt')?.toLowerCase() !== 'false',
    },
  }
}

/** The one that names most. While no slot is asked for, only those for any slot of any intent count. */
function settingOf(
  attributes: Readonly<Record<string, string>>,
  name: string,
  slot: { intent: string; name: string } | undefined,
): string | undefined {
  const places = slot ? [`${slot.intent}:${slot.name}`, `${slot.intent}:*`, `*:${slot.name}`, '*:*'] : ['*:*']
  const key = places.map((place) => `x-amz-lex:${name}:${place}`).find((key) => Object.hasOwn(attributes, key))
  return key === undefined ? undefined : attributes[key]
}
