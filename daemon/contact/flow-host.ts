// A running flow's view of its contact: reads the contact's data, changes it, and moves the contact.
import type { FlowHost, Participant } from '../flow/host.ts'
import { isOpen } from '../routing/hours.ts'
import { contactAbilities } from './contact-abilities.ts'
import { type ContactData, queueOf } from './contact-data.ts'
import type { ContactMoves, ContactOffspring } from './contact-moves.ts'
import type { ContactWorld } from './contact-world.ts'

/** All attributes of a contact together, keys and values as UTF-8 (contact record fact: 32 KB). */
const attributesLimitBytes = 32 * 1024

export interface HostDependencies {
  world: ContactWorld
  data: ContactData
  participant: Participant | undefined
  moves: ContactMoves
  offspring: ContactOffspring
  /** Called after each change, so that the record follows. */
  changed: () => void
}

export function createFlowHost(of: HostDependencies): FlowHost {
  const { data, world } = of
  const { instance } = world
  return {
    ...contactAbilities(of),
    contact: data,
    participant: of.participant,
    setAttributes(changes) {
      const next = { ...data.attributes }
      for (const [key, value] of Object.entries(changes)) {
        if (key === '' || key === '__proto__' || /[$.]/.test(key)) return false
        next[key] = value
      }
      if (Buffer.byteLength(JSON.stringify(next)) > attributesLimitBytes) return false
      data.attributes = next
      of.changed()
      return true
    },
    setVoice(change) {
      data.voice = { ...data.voice, ...change }
    },
    setFlowLogging(enabled) {
      data.flowLogging = enabled
    },
    setRecording(change) {
      data.recording = { ...data.recording, ...change }
      of.moves.recordingChanged()
    },
    setTargetQueue(queueId) {
      const queue = queueOf(instance, { queueId })
      if (queue) data.queue = queue
      return queue !== undefined
    },
    setEventHook(hook, flowId) {
      if (flowId !== undefined && !instance.flows.has(flowId)) return false
      data.hooks.set(hook, flowId)
      return true
    },
    isOpen(hoursId) {
      const name = hoursId ?? (data.queue && instance.queues.get(data.queue.id)?.hours)
      const hours = name === undefined ? undefined : instance.hours.get(name)
      return hours && isOpen(hours, world.clock.epochMs())
    },
    enqueue: () => of.moves.enqueue(),
    log: (entry) => world.flowLog.write(entry),
    flowRan({ what, ...told }) {
      const { contactId, channel, initiationMethod } = data
      const type = what === 'started' ? 'FLOW_STARTED' : 'FLOW_ENDED'
      world.events.emit({ kind: 'flow', type, contactId, channel, initiationMethod, ...told })
    },
  }
}
