// Getting a cellular module ready, as a pure function of what it has answered so far: which command is next, or that it
// is ready, or why it can make no calls.
import type { AtReply } from '../at/at-dialogue.ts'
import { type ModuleFamily, moduleFamilies } from './module-families.ts'

export interface Answered {
  command: string
  reply: AtReply
}

export interface ReadyModule {
  family: ModuleFamily
  model: string
  firmware: string
  imei: string
}

export type PreparationStep =
  | { next: 'command'; command: string; timeoutMs: number }
  | { next: 'ready'; module: ReadyModule }
  /** It will do no better before somebody acts. */
  | { next: 'unfit'; reason: string }
  /** It may do better after it has been opened anew. */
  | { next: 'failed'; reason: string }

const quickMs = 1000
/** The SIM may be slow after power-up. */
const slowMs = 3000

const opening = ['ATE0', 'AT+CMEE=1', 'AT+CGMM', 'AT+CGMR', 'AT+CGSN', 'AT+CPIN?'] as const
/** A call that somebody before us left is hung up. */
const common = ['AT+CLIP=1', 'AT+CREG=1', 'AT+CHUP', 'AT+CREG?', 'AT+CSQ', 'AT+COPS?'] as const

/** `answers`: to the commands given so far, in order; `sim`: what +CPIN told. */
export function prepare(answers: readonly Answered[], sim: string | undefined): PreparationStep {
  const last = answers.at(-1)
  if (last?.reply.result === 'timeout') return { next: 'failed', reason: `noAnswer: ${last.command}` }
  if (answers.length < opening.length) return ask(opening[answers.length]!)
  const model = told(answers, 'AT+CGMM')
  const family = moduleFamilies.find(({ models }) => models.test(model))
  if (!family)
    return {
      next: 'unfit',
      reason: `unfitModule: ${model || 'a module without a name'} is none that the box knows: SIM7600 and EC25 are`,
    }
  if (sim !== 'READY') return { next: 'unfit', reason: simReason(answers, sim) }
  const script = [...family.setUp, ...common]
  const given = answers.length - opening.length
  if (given < script.length) return ask(script[given]!)
  const firmware = told(answers, 'AT+CGMR').replace(/^\+CGMR: ?/, '')
  return { next: 'ready', module: { family, model, firmware, imei: told(answers, 'AT+CGSN') } }
}

function ask(command: string): PreparationStep {
  return { next: 'command', command, timeoutMs: command === 'AT+CPIN?' || command === 'AT+CHUP' ? slowMs : quickMs }
}

function told(answers: readonly Answered[], command: string): string {
  return answers.find((each) => each.command === command)?.reply.lines[0] ?? ''
}

function simReason(answers: readonly Answered[], sim: string | undefined): string {
  if (sim === 'SIM PIN') return 'simLocked: the SIM asks for its PIN; put it into a telephone and switch the PIN off'
  if (sim !== undefined) return `simLocked: the SIM says ${sim}`
  const { final = '' } = answers.find(({ command }) => command === 'AT+CPIN?')?.reply ?? {}
  return `noSim: the module finds no SIM (${final || 'no answer'}); put one in`
}
