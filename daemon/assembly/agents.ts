// The agents' service, and their telephones as one way to it.
import { AgentPhones } from '../agent/agent-phones.ts'
import { AgentService } from '../agent/agent-service.ts'
import type { Instance } from '../config/instance.ts'
import type { ContactService } from '../contact/contact-service.ts'
import type { Audio } from '../loop/audio.ts'
import type { Routing } from '../routing/routing.ts'
import type { Surroundings } from './surroundings.ts'

export function buildAgents(
  { clock, log }: Surroundings,
  parts: {
    contacts: ContactService
    routing: Routing
    audio: Audio
    counters: { count(name: string): void }
    /** What is in force now. */
    instance: () => Instance
  },
): { agents: AgentService; phones: AgentPhones } {
  const { contacts, routing, audio, counters, instance } = parts
  const agents = new AgentService({ operations: contacts.operations, routing, instance, counters })
  const phones = new AgentPhones({
    service: agents,
    audio,
    clock,
    log: log.child({ part: 'agents' }),
    isClaimed: (number) => instance().numbers.has(number) || instance().numbers.has(`+${number}`),
    isAgent: (userName) => instance().agents.has(userName),
    arrive: (leg) => contacts.arrive(leg),
  })
  contacts.onAgentLeg((agent, leg) => phones.watch(agent, leg))
  return { agents, phones }
}
