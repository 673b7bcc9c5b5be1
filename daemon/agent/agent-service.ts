// What agents want, carried out: the one service behind the keys of their phones, `cordboard agent` and the API. It finds
// the contact that is meant, and says in words why something can't be done.
import type { Instance } from '../config/instance.ts'
import type { QuickConnect } from '../config/schema.ts'
import type { ContactOperations } from '../contact/contact-operations.ts'
import type { Outcome, Refusal } from '../contact/outcome.ts'
import type { Leg } from '../leg/leg.ts'
import type { AgentView, Routing } from '../routing/routing.ts'
import type { AgentCommand, AgentOutcome, Callee } from './agent-command.ts'
import type { CodeBook } from './phone-codes.ts'

export interface AgentServiceParts {
  operations: ContactOperations
  routing: Pick<Routing, 'agents' | 'setStatus' | 'clearContact'>
  /** What is in force now. */
  instance: () => Instance
  counters: { count(name: string): void }
}

const failed = (reason: string, message: string, mend: string): AgentOutcome => ({ ok: false, reason, message, mend })

export class AgentService {
  readonly #of: AgentServiceParts

  constructor(parts: AgentServiceParts) {
    this.#of = parts
  }

  /** `leg`: the agent's own call to the box, to be used in place of ringing a phone. */
  perform(userName: string, command: AgentCommand, leg?: Leg): AgentOutcome {
    const agent = this.#of.routing.agents().find((one) => one.userName === userName)
    const outcome = agent
      ? this.#perform(agent, command, leg)
      : failed('noSuchAgent', `There is no agent ${JSON.stringify(userName)}.`, 'See cordboard agent list.')
    this.#of.counters.count(outcome.ok ? `agentCommands.${command.do}` : `agentRefusals.${outcome.reason}`)
    return outcome
  }

  /** What codes mean now; quick connects are those of the queues in the agent's routing profile. */
  codeBook(userName: string): CodeBook {
    const { statuses } = this.#of.instance().box
    const quickConnects = this.quickConnects(userName)
    return {
      customStatuses: statuses.map(({ name }) => name),
      names: namesOf(quickConnects),
      quickConnects: new Map(
        quickConnects.flatMap(({ code, name }) => (code === undefined ? [] : [[code, name] as const])),
      ),
    }
  }

  /** What the agent can use now: other agents and queues only while there is a contact to transfer (routing facts, 5). */
  offeredQuickConnects(userName: string) {
    const transfers = this.#of.routing
      .agents()
      .some((agent) => agent.userName === userName && agent.activity === 'onContact')
    return this.quickConnects(userName).filter(({ type }) => transfers || type === 'phone')
  }

  /** All of the queues in the agent's routing profile, in the order of the files. */
  quickConnects(userName: string) {
    const { agents, routingProfiles, queues, quickConnects } = this.#of.instance()
    const profile = routingProfiles.get(agents.get(userName)?.routingProfile ?? '')
    const offered = new Set(profile?.queues.flatMap(({ queue }) => queues.get(queue)?.quickConnects ?? []))
    return [...quickConnects.values()].filter(({ name }) => offered.has(name))
  }

  #perform(agent: AgentView, command: AgentCommand, leg: Leg | undefined): AgentOutcome {
    const { operations, routing } = this.#of
    const { userName } = agent
    switch (command.do) {
      case 'setStatus':
        if (routing.setStatus(userName, command.status)) return { ok: true }
        return failed('noSuchStatus', `There is no status ${JSON.stringify(command.status)}.`, this.#statusMend())
      case 'clearContact':
        if (routing.clearContact(userName, command.contactId)) return { ok: true }
        return failed('nothingToClear', 'No contact waits to be cleared.', 'See cordboard agent list.')
      case 'call':
        return this.#call(agent, command.target, leg)
      case 'monitor':
        return answer(
          operations.supervisors.monitor(command.contactId, {
            supervisor: userName,
            as: command.as,
            ...(leg && { leg }),
          }),
        )
      case 'accept':
        return this.#on(agent, command, (contactId) => operations.tasks.accept(contactId, userName))
      case 'decline':
        return this.#on(agent, command, (contactId) => operations.tasks.reject(contactId, userName))
      case 'hold':
        return this.#on(agent, command, (id) => operations.hold(id, command.party === 'others' ? 'all' : 'customer'))
      case 'resume':
        return this.#on(agent, command, (contactId) => {
          const task = operations.tasks.resume(contactId)
          return task.ok || task.reason === 'agentBusy' ? task : operations.resume(contactId, 'all')
        })
      case 'pause':
        return this.#on(agent, command, (contactId) => operations.tasks.pause(contactId))
      case 'pauseRecording':
        return this.#on(agent, command, (contactId) => operations.pauseRecording(contactId, true))
      case 'resumeRecording':
        return this.#on(agent, command, (contactId) => operations.pauseRecording(contactId, false))
      case 'transfer':
        return this.#on(agent, command, (contactId) => this.#transfer(userName, contactId, command))
      case 'join':
        return this.#on(agent, command, (contactId) => operations.conference(contactId))
      case 'leave':
        return this.#on(agent, command, (contactId) => operations.leave(contactId))
      case 'drop':
        return this.#on(agent, command, (contactId) => this.#drop(userName, contactId))
      case 'end':
        return this.#on(agent, command, (contactId) => this.#end(contactId))
    }
  }

  #call({ userName: agent, contactIds }: AgentView, target: Callee, leg: Leg | undefined): AgentOutcome {
    const talk = leg && contactIds.find((contactId) => this.#of.operations.isTalkOf(contactId, agent))
    // The second line of a phone whose first is a contact: whoever is called may take that contact over.
    if (talk !== undefined) return answer(this.#transfer(agent, talk, { target, kind: 'warm' }, leg))
    if ('agent' in target)
      return answer(this.#of.operations.callColleague({ agent, colleague: target.agent, ...(leg && { leg }) }))
    let number: string
    if ('number' in target) number = target.number
    else {
      const found = this.quickConnects(agent).find(({ name }) => name === target.quickConnect)
      if (!found) return answer({ ok: false, reason: 'noSuchQuickConnect' })
      if (found.type !== 'phone')
        return failed(
          'onlyInTransfer',
          `${found.name} is reached by transferring a contact to it, and by no other way.`,
          'Call a number, or a quick connect of the type phone.',
        )
      number = found.number
    }
    return answer(this.#of.operations.outbound({ agent, number, ...(leg && { leg }) }))
  }

  #transfer(
    agent: string,
    contactId: string,
    { target, kind }: { target: Callee; kind: 'cold' | 'warm' },
    line?: Leg,
  ): Outcome {
    const { operations } = this.#of
    if ('quickConnect' in target && !this.quickConnects(agent).some(({ name }) => name === target.quickConnect))
      return { ok: false, reason: 'noSuchQuickConnect' }
    const begun = operations.transfer(contactId, target, line)
    return begun.ok && kind === 'cold' ? operations.leave(contactId) : begun
  }

  /** Whoever is on the way, else who came last. */
  #drop(agent: string, contactId: string): Outcome {
    const { operations } = this.#of
    const cancelled = operations.cancelTransfer(contactId)
    if (cancelled.ok) return cancelled
    const last = operations
      .parties(contactId)
      .findLast(({ role, name }) => (role === 'agent' && name !== agent) || role === 'thirdParty')
    return last ? operations.disconnect(contactId, { contactId: last.contactId }) : { ok: false, reason: 'noSuchParty' }
  }

  #end(contactId: string): Outcome {
    const { operations } = this.#of
    const completed = operations.tasks.complete(contactId)
    return completed.ok ? completed : operations.disconnect(contactId, 'customer')
  }

  /** The contact that was named, else the agent's only one. */
  #on(
    agent: AgentView,
    command: { contactId?: string | undefined },
    work: (contactId: string) => Outcome,
  ): AgentOutcome {
    const { contactIds } = agent
    const contactId = command.contactId ?? (contactIds.length === 1 ? contactIds[0] : undefined)
    if (contactId !== undefined && contactIds.includes(contactId)) return answer(work(contactId))
    if (contactIds.length === 0)
      return failed('noContact', `${agent.userName} has no contact.`, 'See cordboard agent list.')
    if (contactId === undefined)
      return failed(
        'whichContact',
        `${agent.userName} has ${contactIds.length} contacts.`,
        `Name one: ${contactIds.join(', ')}.`,
      )
    return failed(
      'noSuchContact',
      `${agent.userName} has no contact ${contactId}.`,
      `Name one: ${contactIds.join(', ')}.`,
    )
  }

  #statusMend(): string {
    const names = ['Available', 'Offline', ...this.#of.instance().box.statuses.map(({ name }) => name)]
    return `Choose ${names.join(', ')}.`
  }
}

/** What a quick connect is called itself goes before what it leads to; of several to one place, the first counts. */
function namesOf(quickConnects: readonly QuickConnect[]): Map<string, string> {
  const places = quickConnects.flatMap((one) => {
    const place = one.type === 'agent' ? one.agent : one.type === 'queue' ? one.queue : undefined
    return place === undefined ? [] : [[place.toLowerCase(), one.name] as const]
  })
  const own = quickConnects.map(({ name }) => [name.toLowerCase(), name] as const)
  return new Map([...places.toReversed(), ...own])
}

const words: Record<Refusal, [message: string, mend: string]> = {
  noSuchContact: ['There is no such contact.', 'See cordboard status.'],
  noSuchAgent: ['There is no such agent.', 'See cordboard agent list.'],
  noSuchQueue: ['There is no such queue.', 'See queues.yaml.'],
  noSuchQuickConnect: [
    'There is no such quick connect for this agent.',
    'Quick connects belong to queues: see queues.yaml and the agent’s routing profile.',
  ],
  noSuchFlow: ['The flow of the quick connect does not exist.', 'Check with cordboard check.'],
  noSuchParty: ['There is nobody to let go.', 'See cordboard status.'],
  notNow: ['The contact is not in a state for this.', 'See cordboard status.'],
  colleagueBusy: ['The colleague has a contact, or no phone that could be rung.', 'See cordboard agent list.'],
  agentBusy: ['The agent has a contact already.', 'End it, or its after-contact work, first.'],
  conferenceFull: ['There are as many in the conversation as it takes.', 'Let somebody go first.'],
  atCapacity: ['The box has as many calls as it takes.', 'Wait until one is over, or raise limits.concurrentCalls.'],
  draining: ['The box is stopping.', 'Wait until it has started again.'],
}

function answer(outcome: Outcome): AgentOutcome {
  if (outcome.ok) return { ok: true }
  const [message, mend] = words[outcome.reason]
  return failed(outcome.reason, message, mend)
}
