// Wait: for time to pass or for somebody to come back. With `ContinueExecution` the flow goes on meanwhile: it takes the
// branch Continue, and comes back.
import type { WaitEvent } from '../abilities.ts'
import type { ActionDefinition, ActionRun, Outcome } from '../action.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'
import { checkBranches, checkFlag, checkKnown, checkNumber } from './checks.ts'
import { failed, notHere, wholeNumber } from './outcomes.ts'

const maximumSeconds = 604_800
const known: readonly WaitEvent[] = ['CustomerReturned', 'BotParticipantDisconnected']
/** The host's own timer ends it; this is for a host that does not come back. */
const marginMs = 60_000

const seconds = { minimum: 0, maximum: maximumSeconds }

export const wait: ActionDefinition = {
  type: 'Wait',
  blockName: 'Wait',
  flowTypes: 'all',
  channels: ['CHAT', 'TASK'],
  // A caller is only kept waiting for something, or while the flow goes on, and in silence; in a queue not at all.
  channelsOf({ Parameters: { ContinueExecution, Events } }, flowType) {
    const isForCalls = isTrue(ContinueExecution) || (isEvents(Events) && Events.length > 0)
    return isForCalls && flowType !== 'CUSTOMER_QUEUE' ? ['VOICE', 'CHAT', 'TASK'] : wait.channels
  },
  needsParticipant: false,
  terminal: false,
  needs: 'wait',

  check(action, report) {
    checkKnown(action, report, ['TimeLimitSeconds', 'Events', 'ContinueExecution', 'MinimumWaitTimeSeconds'])
    const keepsRunning = isTrue(action.Parameters.ContinueExecution)
    checkFlag(action, report, 'ContinueExecution')
    checkNumber(action, report, 'TimeLimitSeconds', { ...seconds, required: !keepsRunning })
    checkNumber(action, report, 'MinimumWaitTimeSeconds', seconds)
    const { Events: events, TimeLimitSeconds: limit } = action.Parameters
    if (events !== undefined && !isEvents(events))
      report('Parameters.Events', 'Events is no list of events.', `Write ["${known.join('", "')}"], or one of them.`)
    const conditions = [
      ...(isEvents(events) ? events : []),
      ...(keepsRunning ? ['Continue'] : []),
      ...(limit !== undefined || !keepsRunning ? ['WaitCompleted'] : []),
    ]
    const errors = conditions.includes('BotParticipantDisconnected') ? ['ParticipantNotFound'] : []
    checkBranches(action, report, { conditions, errors: [...errors, 'NoMatchingError'] })
  },

  timeLimitMs: ({ parameters }) => (limitMs(parameters, 'TimeLimitSeconds') ?? minimumMs(parameters)) + marginMs,

  async run(run) {
    const { parameters, host, signal } = run
    if (!host.wait) return notHere('wait')
    const events = parameters.raw('Events') ?? []
    if (!isEvents(events)) return failed('Events is no list of events')
    const leftMs = leftOf(run)
    if (leftMs <= 0) return over(run, 'WaitCompleted')
    const keepsRunning = parameters.flag('ContinueExecution')
    const timeLimitMs = keepsRunning ? Math.min(minimumMs(parameters), leftMs) : leftMs
    const result = await host.wait({ timeLimitMs, events }, signal)
    if (result === 'notFound') return failed('the participant is not there', 'ParticipantNotFound')
    // The flow may go on while it waits, and come back to see whether the wait is over.
    if (result === 'WaitCompleted' && keepsRunning && leftOf(run) > 0) return { to: 'condition', value: 'Continue' }
    return over(run, result)
  },
}

/** Of a wait that the flow comes back to, counted from when it came first. */
function leftOf(run: ActionRun): number {
  const { parameters, state, identifier } = run
  const limit = limitMs(parameters, 'TimeLimitSeconds')
  if (!parameters.flag('ContinueExecution')) {
    if (limit === undefined) throw new ParameterError('TimeLimitSeconds has no data')
    return limit
  }
  if (limit === undefined) return Number.POSITIVE_INFINITY
  const nowMs = run.nowMs()
  const begunMs = state.waitsBegunMs.get(identifier) ?? nowMs
  state.waitsBegunMs.set(identifier, begunMs)
  return begunMs + limit - nowMs
}

function over({ state, identifier }: ActionRun, value: WaitEvent | 'WaitCompleted'): Outcome {
  state.waitsBegunMs.delete(identifier)
  return { to: 'condition', value }
}

function minimumMs(parameters: ParameterReader): number {
  return limitMs(parameters, 'MinimumWaitTimeSeconds') ?? 0
}

function limitMs(parameters: ParameterReader, name: string): number | undefined {
  if (!parameters.has(name)) return undefined
  const written = parameters.number(name)
  if (written === undefined) throw new ParameterError(`${name} has no data`)
  return wholeNumber(Math.ceil(written), name, 0, maximumSeconds) * 1000
}

function isTrue(value: unknown): boolean {
  return String(value).toLowerCase() === 'true'
}

function isEvents(value: unknown): value is WaitEvent[] {
  return Array.isArray(value) && value.every((one) => known.some((event) => event === one))
}
