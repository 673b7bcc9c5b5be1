// Agents' own telephones: what they dial to the box, what they key in a call, and what their phones ask for by SIP, each
// turned into a wish of the agent. Confirmed by a high tone, refused by three low ones.
//
//   free phone ─dials─▶ *code ─▶ wish, tone, hung up     number of the box ─▶ a contact like any caller's
//                    └▶ other number, quick connect's code ─▶ an outbound contact on this very call
//   second line beside a contact ─number, name, code─▶ a warm transfer of that contact, talked about on this very call
//   in a call ──*code──▶ wish, tone      REFER ─▶ transfer, cold; with Replaces: the agent leaves the two lines' people
import type { Clock, Timer } from '../clock.ts'
import type { Leg, LegId, LegSource, TransferRequest } from '../leg/leg.ts'
import type { Log } from '../log/log.ts'
import type { Audio, PlayItem } from '../loop/audio.ts'
import type { AgentCommand, AgentOutcome } from './agent-command.ts'
import type { AgentService } from './agent-service.ts'
import { betweenKeysMs, type CollectorInput, type CollectorState, collectKey, noKeys } from './key-collector.ts'
import { readCode, readTarget } from './phone-codes.ts'

export interface AgentPhonesParts {
  service: Pick<AgentService, 'perform' | 'codeBook'>
  audio: Pick<Audio, 'play'>
  clock: Clock
  log: Log
  /** Whether the number is one of the box: then an agent who dials it is a caller. */
  isClaimed: (number: string) => boolean
  /** Whether it is an agent's user name: colleagues call each other by it. */
  isAgent: (userName: string) => boolean
  /** Callers of all kinds. */
  arrive: (leg: Leg) => void
}

const confirmation: PlayItem[] = [
  { kind: 'tone', frequenciesHz: [880], levelDbm0: -18, cadenceMs: [], durationMs: 200 },
]
const refusal: PlayItem[] = [
  { kind: 'tone', frequenciesHz: [300], levelDbm0: -16, cadenceMs: [120, 100], durationMs: 640 },
]

const busyReasons = ['agentBusy', 'colleagueBusy']

export class AgentPhones {
  readonly #of: AgentPhonesParts
  /** Legs in conversations, and whose they are. */
  readonly #watched = new Map<LegId, string>()

  constructor(parts: AgentPhonesParts) {
    this.#of = parts
  }

  /** Takes the legs of a source; those that are no agent's go on to be callers. */
  attach(source: LegSource): void {
    source.onInbound((leg) => {
      const { origin } = leg
      if (origin?.kind === 'agent') this.#dialled(origin.userName, leg)
      else this.#of.arrive(leg)
    })
  }

  /** An agent's leg that has come into a conversation: its keys and requests are heard until it ends. */
  watch(agent: string, leg: Leg): void {
    if (leg.state === 'ended') return
    this.#watched.set(leg.id, agent)
    let state: CollectorState = noKeys
    let timer: Timer | undefined
    const take = (input: CollectorInput) => {
      timer?.cancel()
      const step = collectKey(state, input, this.#of.service.codeBook(agent))
      state = step.state
      timer = state.keys === '' ? undefined : this.#of.clock.after(betweenKeysMs, () => take({ type: 'timerFired' }))
      if (step.outcome.is === 'command') this.#tell(leg, this.#perform(agent, step.outcome.command).ok)
      else if (step.outcome.is === 'unknown') this.#tell(leg, false)
    }
    leg.on((event) => {
      if (event.type === 'digitReceived') take({ type: 'keyPressed', key: event.digit })
      else if (event.type === 'transferRequested') this.#refer(agent, event.request)
      else if (event.type === 'ended') {
        timer?.cancel()
        this.#watched.delete(leg.id)
      }
    })
  }

  #dialled(agent: string, leg: Leg): void {
    const dialled = leg.local.address ?? ''
    if (this.#of.isClaimed(dialled)) {
      this.#of.arrive(leg)
      return
    }
    const book = this.#of.service.codeBook(agent)
    const reading = readCode(dialled, book)
    if (reading.is === 'command') {
      void this.#serve(agent, leg, reading.command)
      return
    }
    if (dialled.startsWith('*') || dialled === '') {
      void leg.hangUp('noRoute')
      return
    }
    const target = this.#of.isAgent(dialled) ? { agent: dialled } : readTarget(dialled, book)
    const outcome = this.#perform(agent, { do: 'call', target }, leg)
    if (!outcome.ok) void leg.hangUp(busyReasons.includes(outcome.reason) ? 'busy' : 'noRoute')
  }

  /** A code on a phone of its own call: answered, told how it went, hung up. */
  async #serve(agent: string, leg: Leg, command: AgentCommand): Promise<void> {
    const isDone = this.#perform(agent, command).ok
    if (await leg.answer()) {
      const { portId } = leg
      if (portId !== undefined) await this.#of.audio.play(portId, isDone ? confirmation : refusal).ended
    }
    await leg.hangUp('hangUp')
  }

  /** An attended transfer joins two calls of the phone; two that are in conversations are in the same one. */
  #refer(agent: string, request: TransferRequest): void {
    if (request.replaces !== undefined && this.#watched.get(request.replaces) !== agent) {
      this.#of.log.info({ agent, reason: 'noSuchLine' }, 'an attended transfer was refused')
      request.tell('failed')
      return
    }
    const command: AgentCommand =
      request.replaces !== undefined
        ? { do: 'leave' }
        : { do: 'transfer', kind: 'cold', target: readTarget(request.target, this.#of.service.codeBook(agent)) }
    request.tell('trying')
    request.tell(this.#perform(agent, command).ok ? 'done' : 'failed')
  }

  #perform(agent: string, command: AgentCommand, leg?: Leg): AgentOutcome {
    const outcome = this.#of.service.perform(agent, command, leg)
    if (!outcome.ok)
      this.#of.log.info({ agent, wish: command.do, reason: outcome.reason }, 'an agent’s wish was refused')
    return outcome
  }

  #tell(leg: Leg, isDone: boolean): void {
    if (leg.portId !== undefined) this.#of.audio.play(leg.portId, isDone ? confirmation : refusal)
  }
}
