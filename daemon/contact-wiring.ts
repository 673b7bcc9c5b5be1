// Wires the contacts to the parts they use: flows run on the engine, agents ring over SIP, parties hear the voice.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Bots } from './bots/bots.ts'
import { Conference, sendKeys } from './bridge/conference.ts'
import type { NumberCalls } from './carrier/number-calls.ts'
import type { OutboundCalls } from './carrier/outbound.ts'
import type { Clock } from './clock.ts'
import { flowResources } from './config/flows.ts'
import type { Instance } from './config/instance.ts'
import type { ContactStore } from './contact/contact-record.ts'
import type { ContactWorld } from './contact/contact-world.ts'
import type { PendingContacts } from './contact/pending-contacts.ts'
import type { Counters } from './counters.ts'
import { listenForAnswer } from './detection/listen-for-answer.ts'
import type { EventBus } from './events/events.ts'
import type { FlowLogEntry } from './flow/host.ts'
import { runFlow } from './flow/run-flow.ts'
import type { Functions } from './functions/functions.ts'
import type { Leg } from './leg/leg.ts'
import type { Log } from './log/log.ts'
import type { Audio } from './loop/audio.ts'
import type { FetchedPrompts } from './prompts/fetched-prompts.ts'
import type { Routing } from './routing/routing.ts'
import type { SipEndpoint } from './sip/endpoint.ts'
import type { Recognisers } from './speech/recogniser.ts'
import type { VoiceService } from './voice/create-voice.ts'
import type { Voice } from './voice/voice.ts'
import { createVoiceParticipant } from './voice/voice-participant.ts'

export interface WorldParts {
  instance: Instance
  /** Folder of the recordings; a subfolder for each day is made. */
  recordings: string
  clock: Clock
  log: Log
  routing: Routing
  store: ContactStore
  flowLog: { write(entry: FlowLogEntry): void }
  audio: Audio
  voice: Voice & Pick<VoiceService, 'keep'>
  sip: Pick<SipEndpoint, 'dial'>
  /** Whether the line can hold a call while the daemon starts anew. */
  canHold: (line: string) => boolean
  outbound: OutboundCalls
  numberCalls: NumberCalls
  pending: PendingContacts
  events: EventBus
  counters: Counters
  functions: Functions
  bots: Bots
  recognisers: Recognisers
  fetchedPrompts: Pick<FetchedPrompts, 'get'>
}

export function createWorld(parts: WorldParts): ContactWorld {
  const { instance, clock, log, routing, store, flowLog, audio, voice, sip, counters } = parts
  const resources = flowResources(instance)
  return {
    instance,
    clock,
    log,
    routing,
    store,
    flowLog,
    counters,
    functions: parts.functions,
    bots: parts.bots,
    async fetchPrompt(uri, signal) {
      const fetched = await parts.fetchedPrompts.get(uri, signal)
      if (fetched) voice.keep(fetched.name, fetched.samples)
      return fetched?.name
    },
    outbound: parts.outbound,
    numberCalls: parts.numberCalls,
    pending: parts.pending,
    events: parts.events,
    async runFlow(flowId, host, signal) {
      const flow = instance.flows.get(flowId)
      if (!flow) return { type: 'failed', identifier: '', reason: `there is no flow ${flowId}` }
      return await runFlow({ flow, host, flows: instance.flows, resources, signal, clock })
    },
    participant: (leg, contactVoice) =>
      createVoiceParticipant({ leg, audio, voice, contactVoice, clock, recognisers: parts.recognisers }),
    canHold: parts.canHold,
    dialAgent: (userName, caller, { queueName, autoAnswer }) =>
      sip.dial({
        userName,
        ...(caller.address !== undefined && { callerAddress: caller.address }),
        callerName: [caller.displayName, queueName && `(${queueName})`].filter(Boolean).join(' '),
        autoAnswer,
      }),
    conference: () => new Conference(audio),
    sendDigits: (leg, digits) => sendKeys(audio, leg, digits),
    detectAnswer: (leg) => listenForAnswer({ leg, audio, clock }),
    describePath: (leg) => describePath(audio, leg),
    record(contactId, channels, part) {
      const stamp = new Date(clock.epochMs()).toISOString()
      const folder = join(parts.recordings, stamp.slice(0, 10))
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const file = join(
        folder,
        `${contactId}_${stamp.slice(0, 19).replaceAll(/[-:]/g, '')}Z${part === 'IVR' ? '_ivr' : ''}.wav`,
      )
      return { file, recording: audio.record({ file, ...channels }) }
    },
  }
}

/** Who the leg is, then what its far end hears and how it comes and goes. */
export async function describePath(audio: Pick<Audio, 'describe'>, leg: Leg): Promise<string> {
  const { portId } = leg
  return portId === undefined ? leg.describe() : `${leg.describe()}: ${await audio.describe(portId)}`
}
