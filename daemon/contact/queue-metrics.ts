// The figures of a queue as the blocks of flows read them (flow language facts, GetMetricData), from where routing stands
// now. The queues of a box are not counted by channel.
import type { QueueMetrics, QueueTarget } from '../flow/abilities.ts'
import { type AgentView, agentQueueName } from '../routing/routing.ts'
import { type ContactData, queueOf } from './contact-data.ts'
import type { ContactWorld } from './contact-world.ts'

type Sources = Pick<ContactWorld, 'instance' | 'routing'>

/** Undefined target: the working queue. Undefined: there is none. */
export function queueMetrics(
  { instance, routing }: Sources,
  data: ContactData,
  target: QueueTarget | undefined,
): QueueMetrics | undefined {
  const queue = target === undefined ? data.queue : queueOf(instance, target)
  if (!queue) return undefined
  // An agent's own queue is listed only while somebody waits in it.
  const view = routing.queues().find(({ name }) => name === queue.id)
  const { waiting = 0, oldestAgeS = 0 } = view ?? {}
  const serving = routing.agents().filter((agent) => serves(instance, agent, queue.id))
  const doing = (...activities: AgentView['activity'][]) =>
    serving.filter(({ activity }) => activities.includes(activity)).length
  const position = routing.position(data.contactId)
  return {
    name: queue.name,
    arn: queue.arn,
    size: waiting,
    ...(waiting > 0 && { oldestContactAgeSeconds: oldestAgeS }),
    agents: {
      online: view?.online ?? serving.length - doing('offline', 'unreachable'),
      available: view?.available ?? doing('available'),
      staffed: view?.staffed ?? doing('available', 'ringing', 'onContact', 'afterContactWork', 'missed'),
      afterContactWork: doing('afterContactWork'),
      busy: doing('onContact'),
      missed: doing('missed'),
      nonProductive: doing('custom'),
    },
    ...(position !== undefined && { contact: { position } }),
  }
}

function serves(instance: Sources['instance'], agent: AgentView, queueId: string): boolean {
  if (queueId === agentQueueName(agent.userName)) return true
  const profile = instance.agents.get(agent.userName)?.routingProfile
  return instance.routingProfiles.get(profile ?? '')?.queues.some(({ queue }) => queue === queueId) ?? false
}
