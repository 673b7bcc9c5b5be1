// The figures of a queue as the blocks of flows read them (flow language facts, GetMetricData), from where routing stands
// now: of all channels, or of one.
import type { QueueMetrics, QueueTarget } from '../flow/abilities.ts'
import type { Channel } from '../flow/host.ts'
import type { AgentView } from '../routing/routing.ts'
import { type ContactData, queueOf } from './contact-data.ts'
import type { ContactWorld } from './contact-world.ts'

type Sources = Pick<ContactWorld, 'instance' | 'routing'>

/** Undefined target: the working queue. Undefined: there is none. */
export function queueMetrics(
  { instance, routing }: Sources,
  data: ContactData,
  target: QueueTarget | undefined,
  channel: Channel | undefined,
): QueueMetrics | undefined {
  const queue = target === undefined ? data.queue : queueOf(instance, target)
  if (!queue) return undefined
  const view = routing.queue(queue.id, channel)
  const { waiting = 0, oldestAgeS = 0, estimatedWaitS } = view ?? {}
  const serving = routing.agents().filter(({ userName }) => routing.serves(userName, queue.id, channel))
  const doing = (...activities: AgentView['activity'][]) =>
    serving.filter(({ activity }) => activities.includes(activity)).length
  const position = routing.position(data.contactId)
  const ownWaitS = routing.estimatedWaitS(data.contactId)
  return {
    name: queue.name,
    arn: queue.arn,
    size: waiting,
    ...(waiting > 0 && { oldestContactAgeSeconds: oldestAgeS }),
    ...(estimatedWaitS !== undefined && { estimatedWaitSeconds: estimatedWaitS }),
    agents: {
      online: view?.online ?? 0,
      available: view?.available ?? 0,
      staffed: view?.staffed ?? 0,
      afterContactWork: doing('afterContactWork'),
      busy: doing('onContact'),
      missed: doing('missed'),
      nonProductive: doing('custom'),
    },
    ...(position !== undefined && {
      contact: { position, ...(ownWaitS !== undefined && { estimatedWaitSeconds: ownWaitS }) },
    }),
  }
}
