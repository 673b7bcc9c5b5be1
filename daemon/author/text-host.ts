// The host of a flow in text mode: what is said is text, what is pressed is asked of the answers, and everything that
// happens becomes a step of the trace.
import type { Channel, FlowHost, FlowLogEntry } from '../flow/host.ts'
import type { Answers } from './answers.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import { textAbilities } from './text-abilities.ts'
import { TextContact } from './text-contact.ts'
import { TextParticipant } from './text-participant.ts'
import type { TraceStep } from './trace.ts'
import type { World } from './world.ts'

export interface TextHostOptions {
  world: World
  answers: Answers
  clock: SimulatedClock
  channel: Channel
  /** Caller's number. */
  caller: string
  /** The number that was dialled. */
  called?: string | undefined
  attributes: Readonly<Record<string, string>>
  step(step: TraceStep): void
  log(entry: FlowLogEntry): void
}

export interface TextHost {
  host: FlowHost
  contact: TextContact
}

export function createTextHost(options: TextHostOptions): TextHost {
  const { world, answers, clock, step, channel } = options
  const contact = new TextContact(options)
  const participant = new TextParticipant({ clock, answers, step, promptMs: (id) => world.promptMs(id) })
  const host: FlowHost = {
    contact: contact.data,
    participant: channel === 'TASK' ? undefined : participant,
    setAttributes: (changes) => contact.setAttributes(changes),
    setVoice: (change) => contact.setVoice(change),
    setFlowLogging: (enabled) => contact.set('flow logging', enabled ? 'on' : 'off'),
    setRecording({ agent, customer, ivr }) {
      const recorded = [...(agent ? ['agent'] : []), ...(customer ? ['customer'] : [])]
      if (agent !== undefined || customer !== undefined) contact.set('recording', recorded.join(', ') || '(off)')
      if (ivr !== undefined) contact.set('recording of prompts and entries', ivr ? 'on' : '(off)')
    },
    setTargetQueue: (queueId) => contact.setTargetQueue(queueId),
    setEventHook: (hook, flowId) => contact.setEventHook(hook, flowId),
    isOpen(hoursId) {
      const { queue } = contact.data
      const hours = hoursId ?? (queue && world.hoursOf(queue.id))
      const open = answers.isOpen?.(hours) ?? world.isOpen(hours, clock.epochMs())
      const name = hours ?? `of ${queue?.name ?? 'no queue'}`
      step({ event: 'asked', what: 'hours', name, answer: open === undefined ? 'none' : open ? 'open' : 'closed' })
      return open
    },
    enqueue() {
      const { queue } = contact.data
      if (!queue) return 'noQueue'
      return answers.hasRoom?.(queue.name) === false ? 'atCapacity' : 'queued'
    },
    log: options.log,
    ...textAbilities({ contact, world, answers, clock, step }),
  }
  return { host, contact }
}
