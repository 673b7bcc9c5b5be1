// Wait: in a chat or a task, for time to pass or for somebody to come back.
import type { WaitEvent } from '../abilities.ts'
import type { ActionDefinition } from '../action.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkBranches, checkFlag, checkKnown, checkNumber } from './checks.ts'
import { failed, notHere, wholeNumber } from './outcomes.ts'

const maximumSeconds = 604_800
const known: readonly WaitEvent[] = ['CustomerReturned', 'BotParticipantDisconnected']
/** The host's own timer ends it; this is for a host that does not come back. */
const marginMs = 60_000

export const wait: ActionDefinition = {
  type: 'Wait',
  blockName: 'Wait',
  flowTypes: 'all',
  channels: ['CHAT', 'TASK'],
  needsParticipant: false,
  terminal: false,
  needs: 'wait',

  check(action, report) {
    checkKnown(action, report, ['TimeLimitSeconds', 'Events', 'ContinueExecution', 'MinimumWaitTimeSeconds'])
    const keepsRunning = isTrue(action.Parameters.ContinueExecution)
    checkFlag(action, report, 'ContinueExecution')
    const seconds = { minimum: 0, maximum: maximumSeconds }
    checkNumber(action, report, 'TimeLimitSeconds', { ...seconds, required: !keepsRunning })
    checkNumber(action, report, 'MinimumWaitTimeSeconds', seconds)
    const { Events: events } = action.Parameters
    if (events !== undefined && !isEvents(events))
      report('Parameters.Events', 'Events is no list of events.', `Write ["${known.join('", "')}"], or one of them.`)
    const conditions = [...(isEvents(events) ? events : []), keepsRunning ? 'Continue' : 'WaitCompleted']
    const errors = conditions.includes('BotParticipantDisconnected') ? ['ParticipantNotFound'] : []
    checkBranches(action, report, { conditions, errors: [...errors, 'NoMatchingError'] })
  },

  timeLimitMs: ({ parameters }) => waitSeconds(parameters) * 1000 + marginMs,

  async run({ parameters, host, signal }) {
    if (!host.wait) return notHere('wait')
    const events = parameters.raw('Events') ?? []
    if (!isEvents(events)) return failed('Events is no list of events')
    const timeLimitMs = waitSeconds(parameters) * 1000
    const result = await host.wait({ timeLimitMs, events }, signal)
    if (result === 'notFound') return failed('the participant is not there', 'ParticipantNotFound')
    // A block that lets the flow go on waits its minimum only, and takes the branch that says so.
    const goesOn = result === 'WaitCompleted' && parameters.flag('ContinueExecution')
    return { to: 'condition', value: goesOn ? 'Continue' : result }
  },
}

function waitSeconds(parameters: ParameterReader): number {
  const name = parameters.flag('ContinueExecution') ? 'MinimumWaitTimeSeconds' : 'TimeLimitSeconds'
  const seconds = parameters.number(name)
  if (seconds === undefined) throw new ParameterError(`${name} has no data`)
  return wholeNumber(Math.ceil(seconds), name, 0, maximumSeconds)
}

function isTrue(value: unknown): boolean {
  return String(value).toLowerCase() === 'true'
}

function isEvents(value: unknown): value is WaitEvent[] {
  return Array.isArray(value) && value.every((one) => known.some((event) => event === one))
}
