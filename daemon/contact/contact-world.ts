// What a contact needs of the rest of the daemon, handed in by main.ts: flows to run, agents to ring, a place to write.
import type { Bots } from '../bots/bots.ts'
import type { Conference } from '../bridge/conference.ts'
import type { NumberCalls } from '../carrier/number-calls.ts'
import type { OutboundCalls } from '../carrier/outbound.ts'
import type { Clock } from '../clock.ts'
import type { Instance } from '../config/instance.ts'
import type { AnswerDetection } from '../detection/listen-for-answer.ts'
import type { EventBus } from '../events/events.ts'
import type { FlowEnd, FlowHost, FlowLogEntry, FlowVoice, Participant } from '../flow/host.ts'
import type { Functions } from '../functions/functions.ts'
import type { Leg, LegParty } from '../leg/leg.ts'
import type { Log } from '../log/log.ts'
import type { RecordedChannels, Recording } from '../loop/audio.ts'
import type { Routing } from '../routing/routing.ts'
import type { ContactStore, RecordedPart } from './contact-record.ts'
import type { PendingContacts } from './pending-contacts.ts'

/** A leg's party as flows play to it and listen to it; closed when the leg is done with. */
export type LegParticipant = Participant & { close(): void }

export interface ContactWorld {
  instance: Instance
  clock: Clock
  log: Log
  routing: Routing
  store: ContactStore
  /** Callbacks and tasks that wait, so that a restart does not lose them. */
  pending: PendingContacts
  events: Pick<EventBus, 'emit' | 'on'>
  flowLog: { write(entry: FlowLogEntry): void }
  counters: { count(name: string): void }
  functions: Functions
  bots: Bots
  /** Audio at a URI, by the name that flows may then play it by. Undefined: not to be had. */
  fetchPrompt?(uri: string, signal: AbortSignal): Promise<string | undefined>
  /** Calls to outside numbers. */
  outbound: OutboundCalls
  /** Of each of the instance's numbers, both ways. */
  numberCalls: NumberCalls
  /** Settles with how the flow ended; `left` once the signal is aborted. Never rejects. */
  runFlow(flowId: string, host: FlowHost, signal: AbortSignal): Promise<FlowEnd>
  participant(leg: Leg, voice: () => FlowVoice): LegParticipant
  /** Whether the line can hold a call while the daemon starts anew. */
  canHold(line: string): boolean
  /** `autoAnswer`: the phone is asked to answer by itself. */
  dialAgent(userName: string, caller: LegParty, of: { queueName: string | undefined; autoAnswer: boolean }): Leg
  /** A room without anybody in it. */
  conference(): Conference
  /** Sends digits to the leg's far end: 0-9, `*`, `#`. Resolves when the last was sent. */
  sendDigits(leg: Leg, digits: string): Promise<void>
  /** The whole audio path of a leg in one line; says so when it has none. */
  describePath(leg: Leg): Promise<string>
  /** Listens to a call that was just answered until it can tell a person from a machine. */
  detectAnswer(leg: Leg): AnswerDetection
  /** Starts a recording in a file named after the contact and what part of it is recorded. */
  record(contactId: string, channels: RecordedChannels, part: RecordedPart): { recording: Recording; file: string }
}
