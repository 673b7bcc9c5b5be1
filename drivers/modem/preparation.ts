// Getting a voice modem ready, as a pure function of what it has answered so far: which command is next, or that it is
// ready, or why it is of no use.
import type { AtReply } from '../at/at-dialogue.ts'
import { type CallerIdStandard, type Chip, chips, standardChip } from './chips.ts'
import type { SampleCoding } from './sample-format.ts'

export interface Answered {
  command: string
  reply: AtReply
}

export interface ReadyModem {
  chip: Chip
  coding: SampleCoding
  /** As the modem words it. */
  model: string
  firmware: string
}

export type PreparationStep =
  | { next: 'command'; command: string; timeoutMs: number }
  | { next: 'ready'; modem: ReadyModem }
  /** The modem will do no better before somebody acts. */
  | { next: 'unfit'; reason: string }
  /** It may do better after it has been opened anew. */
  | { next: 'failed'; reason: string }

export interface PreparationOptions {
  callerId: CallerIdStandard
  /** T.35 country code, two hexadecimal digits: line impedance and levels. */
  country?: string
}

const quickMs = 1000
const resetMs = 2000

const questions = ['ATI0', 'ATI3', 'AT+FMI?', 'AT+FMM?', 'AT+FCLASS=?'] as const

/** `answers`: to the commands given so far, in order. */
export function prepare(answers: readonly Answered[], options: PreparationOptions): PreparationStep {
  const last = answers.at(-1)
  if (last && last.reply.result === 'timeout') return { next: 'failed', reason: `noAnswer: ${last.command}` }
  const opening = ['ATZ', 'ATE0V1', ...questions, 'AT+FCLASS=8', 'AT+VSM=?', 'AT+VTR=?']
  const script = opening.length > answers.length ? opening : undefined
  const refusedClass = answers.some(({ command, reply }) => command === 'AT+FCLASS=8' && reply.result !== 'ok')
  if (refusedClass || lacksVoice(answers))
    return { next: 'unfit', reason: 'noVoice: this modem has data and fax only (no class 8 in AT+FCLASS=?)' }
  if (answers[0] && answers[0].reply.result !== 'ok') return { next: 'failed', reason: 'resetRefused: ATZ' }
  if (script) return ask(script[answers.length]!)

  const chip = chipOf(answers)
  if ('unfit' in chip && chip.unfit !== undefined)
    return { next: 'unfit', reason: `unfitChip: ${chip.name}: ${chip.unfit}` }
  const commands = setUpOf(chip, options)
  const given = answers.length - opening.length
  if (given < commands.length) return ask(commands[given]!)
  const chosen = formatOf(answers, opening.length)
  const formatsTried = answers.slice(opening.length + commands.length)
  const format = chip.formats[chosen ? formatsTried.length - 1 : formatsTried.length]
  if (!format)
    return { next: 'unfit', reason: `noFormat: ${chip.name} took none of the sample formats it is known to have` }
  if (!chosen) return ask(`AT+VSM=${format.id},8000`)
  const told = (command: string) => linesOf(answers, command)
  const model = told('AT+FMM?')[0] ?? told('ATI0')[0] ?? chip.name
  return {
    next: 'ready',
    modem: { chip, coding: format.coding, model: `${chip.name}, ${model}`, firmware: told('ATI3')[0] ?? 'unknown' },
  }
}

function ask(command: string): PreparationStep {
  return { next: 'command', command, timeoutMs: command === 'ATZ' ? resetMs : quickMs }
}

function linesOf(answers: readonly Answered[], command: string): string[] {
  return answers.find((each) => each.command === command)?.reply.lines ?? []
}

function lacksVoice(answers: readonly Answered[]): boolean {
  const classes = linesOf(answers, 'AT+FCLASS=?').join(',')
  return classes !== '' && !/(?:^|[(,\s])8(?:$|[),\s])/.test(classes)
}

function chipOf(answers: readonly Answered[]): Chip {
  const said = questions.slice(0, 4).flatMap((question) => linesOf(answers, question))
  const known = chips.find(({ says }) => said.some((line) => says.test(line)))
  if (known) return known
  const duplex = answers.find(({ command }) => command === 'AT+VTR=?')?.reply.result === 'ok'
  const formats = formatsIn(linesOf(answers, 'AT+VSM=?'))
  const chip = standardChip(formats)
  if (!duplex)
    return {
      ...chip,
      unfit: `unknown (${said.join('; ').slice(0, 80)}), and it does not say that it has duplex (AT+VTR)`,
    }
  return formats.length > 0 ? chip : { ...chip, unfit: 'it has neither μ-law nor A-law at 8,000 Hz' }
}

const wordings: readonly [RegExp, SampleCoding][] = [
  [/(?:u|µ|μ|mu)-?law/i, 'ulaw'],
  [/a-?law/i, 'alaw'],
]

/** From the words, not the numbers: those are not the same on all chips. */
function formatsIn(lines: readonly string[]): Chip['formats'] {
  return wordings.flatMap(([word, coding]) =>
    lines
      .filter((line) => word.test(line) && line.includes('8000'))
      .flatMap((line) => {
        const id = /^\s*(?:\+VSM:\s*)?\(?(\d+)/.exec(line)?.[1]
        return id === undefined ? [] : [{ id: Number(id), coding }]
      }),
  )
}

function setUpOf(chip: Chip, { callerId, country }: PreparationOptions): string[] {
  const region = chip.callerId[callerId]
  return [...(country === undefined ? [] : [`AT+GCI=${country}`]), ...(region ? [region] : []), ...chip.setUp]
}

function formatOf(answers: readonly Answered[], from: number): Answered | undefined {
  return answers.slice(from).find(({ command, reply }) => command.startsWith('AT+VSM=') && reply.result === 'ok')
}
