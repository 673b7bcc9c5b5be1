// What agents do with contacts that have no telephone line: accept, reject, complete, pause, go on.
import type { ContactLife } from './contact-life.ts'
import type { ContactRegistry } from './contact-registry.ts'
import { done, type Outcome, refused } from './outcome.ts'

export class TaskOperations {
  readonly #registry: ContactRegistry

  constructor(registry: ContactRegistry) {
    this.#registry = registry
  }

  accept(contactId: string, agent: string): Outcome {
    return this.#withOffer(contactId, agent, (life) => {
      if (!life.world.routing.offerAccepted(contactId, agent)) return refused('notNow')
      life.handle({ type: 'agentAnswered' })
      return done(contactId)
    })
  }

  reject(contactId: string, agent: string): Outcome {
    return this.#withOffer(contactId, agent, (life) => {
      life.handle({ type: 'agentLeft', end: { by: 'farEnd', blame: 'none', reason: 'declined' } })
      return done(contactId)
    })
  }

  /** The agent is done with it. */
  complete(contactId: string): Outcome {
    return this.#withTask(contactId, (life) => {
      if (life.state !== 'joined') return refused('notNow')
      life.handle({ type: 'dismissed', reason: 'AGENT_COMPLETED', endReason: 'completed' })
      return done(contactId)
    })
  }

  /**
   * One that waits in a queue is offered to nobody until it goes on; with an agent, the time is not counted as work, and the
   * agent may be offered another.
   */
  pause(contactId: string): Outcome {
    return this.#withTask(contactId, (life) => {
      if (life.data.paused || !['queued', 'joined'].includes(life.state)) return refused('notNow')
      life.data.paused = true
      if (life.state === 'queued') life.world.routing.leave(contactId)
      else life.world.routing.restContact(contactId, true)
      life.record.paused()
      life.runAside('PauseContact')
      return done(contactId)
    })
  }

  resume(contactId: string): Outcome {
    return this.#withTask(contactId, (life) => {
      if (!life.data.paused) return refused('notNow')
      if (life.state === 'joined' && !life.world.routing.restContact(contactId, false)) return refused('agentBusy')
      life.data.paused = false
      life.record.resumed()
      if (life.state === 'queued') life.returnToQueue()
      life.runAside('ResumeContact')
      return done(contactId)
    })
  }

  #withOffer(contactId: string, agent: string, work: (life: ContactLife) => Outcome): Outcome {
    return this.#withTask(contactId, (life) =>
      life.state === 'offering' && life.agentSide.agent === agent ? work(life) : refused('notNow'),
    )
  }

  #withTask(contactId: string, work: (life: ContactLife) => Outcome): Outcome {
    const life = this.#registry.find(contactId)
    if (!life) return refused('noSuchContact')
    return life.data.channel === 'VOICE' ? refused('notNow') : work(life)
  }
}
