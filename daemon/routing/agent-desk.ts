// The agents' side of routing: the one place where an agent's state changes. Keeps the timers of pauses and after-contact
// work, and the rooms of the available, in step with it, and tells those who follow agents.
import type { Clock } from '../clock.ts'
import type { Channel } from '../flow/host.ts'
import type { Log } from '../log/log.ts'
import { type AgentInput, hasRoom, nextAgentState, pauseMs, type Slot, slotOf } from './agent-state.ts'
import { enterRoom, leaveRoom } from './matching.ts'
import type { AgentChange } from './routing.ts'
import type { AgentSlot, Tables } from './tables.ts'
import { agentChange } from './views.ts'

export interface AgentDeskOptions {
  clock: Clock
  log: Log
  missedPauseMs: () => number
  tables: Tables
  /** An agent may be free for more than before. */
  onFreer(agent: AgentSlot): void
  onChange(change: AgentChange): void
}

export class AgentDesk {
  readonly #of: AgentDeskOptions
  #turn = 0

  constructor(options: AgentDeskOptions) {
    this.#of = options
  }

  find(userName: string): AgentSlot | undefined {
    return this.#of.tables.agents.get(userName)
  }

  /** Throws on a move that is not in the picture: a fault of the program. */
  move(agent: AgentSlot, input: AgentInput): void {
    const nowMs = this.#of.clock.monotonicMs()
    const before = agent.state
    const next = nextAgentState(before, input, { nowMs, turn: ++this.#turn })
    if (!next) throw new Error(`agent ${agent.userName} cannot take ${input.type}: ${JSON.stringify(before)}`)
    // Taken out first: a heap must not hold a member whose key changes.
    leaveRoom(agent)
    agent.state = next
    enterRoom(agent)
    this.#keepPause(agent, before.pause !== undefined)
    this.#keepWork(agent)
    const epochMs = this.#of.clock.epochMs()
    this.#of.onChange(agentChange(agent, before, { monotonicMs: nowMs, epochMs }))
  }

  /** False: the agent has no free slot for the channel, or the contact already. `clears`: after-contact work is ended. */
  occupy(agent: AgentSlot, contact: { contactId: string; channel: Channel }, clears: boolean): boolean {
    const staying = agent.state.slots.filter(({ work }) => !clears || work !== 'afterContactWork')
    if (staying.some(({ contactId }) => contactId === contact.contactId)) return false
    if (!hasRoom(staying, contact.channel, agent.profile.rules)) return false
    if (clears) this.clear(agent, undefined)
    this.move(agent, { type: 'occupied', ...contact })
    return true
  }

  /** Lets the contact rest, so that its slot is free; or takes it up again. False: it is not so, or there is no room. */
  rest(agent: AgentSlot, contactId: string, paused: boolean): boolean {
    const slot = slotOf(agent.state, contactId)
    if (slot?.work !== (paused ? 'onContact' : 'paused')) return false
    if (!paused && !hasRoom(agent.state.slots, slot.channel, agent.profile.rules)) return false
    this.move(agent, { type: paused ? 'contactPaused' : 'contactResumed', contactId })
    return true
  }

  /** The contact is over for the agent; after-contact work follows as their settings say. */
  endContact(agent: AgentSlot, contactId: string): void {
    this.move(agent, { type: 'contactEnded', contactId, work: agent.afterContactWorkMs > 0 })
  }

  /** Ends after-contact work, of one contact or of all, and the pause after a miss. False: nothing to clear. */
  clear(agent: AgentSlot, contactId: string | undefined): boolean {
    const concerns = (id: string) => contactId === undefined || id === contactId
    const { slots, pause } = agent.state
    const working = slots.filter((slot) => slot.work === 'afterContactWork' && concerns(slot.contactId))
    for (const slot of working) this.move(agent, { type: 'workEnded', contactId: slot.contactId })
    const paused = pause !== undefined && concerns(pause.contactId)
    if (paused) this.move(agent, { type: 'pauseEnded' })
    return working.length > 0 || paused
  }

  workOn(agent: AgentSlot, contactId: string): Slot['work'] | undefined {
    return slotOf(agent.state, contactId)?.work
  }

  close(): void {
    for (const agent of this.#of.tables.agents.values()) {
      agent.pauseTimer?.cancel()
      for (const timer of agent.workTimers.values()) timer.cancel()
    }
  }

  #keepPause(agent: AgentSlot, wasPaused: boolean): void {
    const { pause, failures } = agent.state
    if (pause && !wasPaused) {
      const durationMs = pauseMs(pause.because, failures, this.#of.missedPauseMs())
      this.#of.log.info({ agent: agent.userName, because: pause.because, durationMs }, 'agent paused')
      if (durationMs === Number.POSITIVE_INFINITY) return
      agent.pauseEndsAtMs = this.#of.clock.monotonicMs() + durationMs
      agent.pauseTimer = this.#of.clock.after(durationMs, () => {
        this.move(agent, { type: 'pauseEnded' })
        this.#of.onFreer(agent)
      })
    } else if (!pause && wasPaused) {
      agent.pauseTimer?.cancel()
      delete agent.pauseTimer
      delete agent.pauseEndsAtMs
    }
  }

  #keepWork(agent: AgentSlot): void {
    const working = agent.state.slots.filter(({ work }) => work === 'afterContactWork')
    for (const [contactId, timer] of agent.workTimers)
      if (!working.some((slot) => slot.contactId === contactId)) {
        timer.cancel()
        agent.workTimers.delete(contactId)
      }
    if (agent.afterContactWorkMs === Number.POSITIVE_INFINITY) return
    for (const { contactId } of working)
      if (!agent.workTimers.has(contactId))
        agent.workTimers.set(
          contactId,
          this.#of.clock.after(Math.min(agent.afterContactWorkMs, longestTimerMs), () => {
            this.move(agent, { type: 'workEnded', contactId })
            this.#of.onFreer(agent)
          }),
        )
  }
}

/** setTimeout takes 31 bits. */
const longestTimerMs = 2 ** 31 - 1
