// Supervisors in conversations of others: listen unheard, whisper to the agent, barge in, and back; each visit is a contact
// of its own (contact record facts, 1).
import type { Leg } from '../leg/leg.ts'
import { segmentData } from './contact-data.ts'
import type { ContactLife } from './contact-life.ts'
import type { ContactRegistry } from './contact-registry.ts'
import type { Presence } from './conversation.ts'
import { done, type Outcome, refused } from './outcome.ts'

/** On one conversation (routing facts, 6). */
const maximumSupervisors = 5

export class SupervisorOperations {
  readonly #registry: ContactRegistry

  constructor(registry: ContactRegistry) {
    this.#registry = registry
  }

  /**
   * Rings the supervisor's phone, or uses their own call to the box; answers with the visit's own contact. A supervisor
   * who is there already takes the other presence in the same visit.
   */
  monitor(contactId: string, of: { supervisor: string; leg?: Leg; as?: Presence }): Outcome {
    const life = this.#registry.find(contactId)
    if (!life) return refused('noSuchContact')
    const { conversation, world } = life
    if (!world.instance.agents.has(of.supervisor)) return refused('noSuchAgent')
    if (life.state !== 'joined' || life.other?.role !== 'agent') return refused('notNow')
    const visiting = conversation.visits.find(
      ({ target }) => target && 'agent' in target && target.agent === of.supervisor,
    )
    if (visiting) return this.change(visiting.id, of.as ?? 'listen')
    if (conversation.visits.length >= maximumSupervisors) return refused('conferenceFull')
    const visit = this.#registry.begin({
      kind: 'monitor',
      data: segmentData(life.data, 'MONITOR'),
      conversation,
      target: { agent: of.supervisor, ...(of.leg && { leg: of.leg }) },
      visited: life,
    })
    visit.takePlace(of.as ?? 'listen')
    visit.handle({ type: 'began' })
    return done(visit.id)
  }

  /** Another presence in the same visit. */
  change(visitId: string, presence: Presence): Outcome {
    return this.#withVisit(visitId, (visit) => {
      visit.takePlace(presence)
      return done(visitId)
    })
  }

  leave(visitId: string): Outcome {
    return this.#withVisit(visitId, (visit) => {
      visit.handle({ type: 'dismissed', reason: 'OTHER', endReason: 'supervisorLeft' })
      return done(visitId)
    })
  }

  /** A supervisor who has barged in sends the agent away, and stays with the customer. */
  takeOver(visitId: string): Outcome {
    return this.#withVisit(visitId, (visit) => {
      const { visited } = visit
      if (visit.presence !== 'barge' || visited?.state !== 'joined') return refused('notNow')
      visit.conversation.promote(visit)
      visited.handle({ type: 'dismissed', reason: 'BARGED', endReason: 'barged' })
      return done(visitId)
    })
  }

  #withVisit(visitId: string, work: (visit: ContactLife) => Outcome): Outcome {
    const visit = this.#registry.find(visitId)
    if (!visit) return refused('noSuchContact')
    return visit.kind === 'monitor' && visit.state === 'joined' ? work(visit) : refused('notNow')
  }
}
