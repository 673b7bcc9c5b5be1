// What flows of a contact can do beyond the bare contact: run functions, ask bots, see queues, set data and priority,
// move the contact, begin others beside it.
// Abilities the box does not have are absent; the checker names the blocks that would need them (`boxAbilities`).
import { randomUUID } from 'node:crypto'
import { readDialled } from '../carrier/dialled-number.ts'
import { emergencyNumbersOf } from '../carrier/emergency-numbers.ts'
import { isCallable } from '../carrier/guard.ts'
import type { FlowAbilities } from '../flow/abilities.ts'
import type { BoxAbility } from '../flow/box-abilities.ts'
import { holdBotDialog } from './bot-dialog.ts'
import { queueOf } from './contact-data.ts'
import type { HostDependencies } from './flow-host.ts'
import { hookAbility } from './hook-ability.ts'
import { queueMetrics } from './queue-metrics.ts'
import { waitFor } from './wait-ability.ts'

/** Tags of the user's own on one contact (flow language facts, TagContact). */
const maximumTags = 6
/** Steps of routing criteria (routing facts, 2). */
const maximumCriteria = 5
const e164 = /^\+[1-9][0-9]{1,14}$/

export type AbilityDependencies = Omit<HostDependencies, 'world'> & {
  world: Pick<
    HostDependencies['world'],
    'instance' | 'routing' | 'functions' | 'bots' | 'fetchPrompt' | 'counters' | 'log' | 'clock'
  >
}

export function contactAbilities(of: AbilityDependencies): Pick<Required<FlowAbilities>, BoxAbility> & FlowAbilities {
  const { world, data, participant, moves, offspring } = of
  const { contactId } = data
  return {
    reportDefect(identifier, reason) {
      world.counters.count('flowDefects')
      world.log.error({ contactId, block: identifier, reason }, 'a flow action failed in a way it should not')
    },
    invokeFunction: (functionId, event, options) => world.functions.invoke(functionId, event, options),
    startFunction(functionId, event, { timeoutMs }) {
      if (!world.functions.has(functionId)) return undefined
      const { signal } = new AbortController()
      // Nobody waits for the answer; what fails is counted and told by the function service itself.
      void world.functions.invoke(functionId, event, { timeoutMs, signal })
      return randomUUID()
    },
    async askBot(question, signal) {
      if (!participant) return { outcome: 'failed', detail: 'nobody is on the line' }
      // A bot asks anew: what was typed before is not its answer.
      participant.digitBuffer?.stop()
      const { languageCode: locale } = data.voice
      return await holdBotDialog({ bots: world.bots, contactId, locale, participant, question, signal })
    },
    invokeHook: hookAbility(world.instance.hooks, world.functions, () => data),
    ...(world.fetchPrompt && { fetchPrompt: world.fetchPrompt }),
    queueMetrics: (target, channel) => queueMetrics(world, data, target, channel),
    setRouting({ priority, ageSeconds }) {
      if (priority !== undefined) data.priority = priority
      if (ageSeconds !== undefined) data.ageAdjustmentS = ageSeconds
      // One who waits already moves at once.
      world.routing.reprioritise(contactId, {
        ...(priority !== undefined && { priority }),
        ...(ageSeconds !== undefined && { ageAdjustmentS: ageSeconds }),
      })
    },
    setTargetAgent(agentId) {
      const queue = queueOf(world.instance, { agentId })
      if (queue) data.queue = queue
      return queue !== undefined
    },
    setRoutingCriteria(steps) {
      if (steps.length > maximumCriteria) return false
      data.criteria = steps
      return true
    },
    dequeueAndTransfer: (target) => moves.dequeueAndTransfer(target),
    transferToAgent: () => moves.transferToAgent(),
    transferToThirdParty: (call, signal) => moves.transferToThirdParty(call, signal),
    holdParticipants: (state) => moves.holdParticipants(state),
    completeOutboundCall: (call, signal) => moves.completeOutboundCall(call, signal),
    outboundCallStatus: (signal) => moves.outboundCallStatus(signal),
    requestCallback(request) {
      const result = offspring.requestCallback(request)
      if (result.ok) data.callbackRequested = true
      return result
    },
    createTask: (task) => offspring.createTask(task),
    resumeContact: () => offspring.resumeContact(),
    wait: (request, signal) => waitFor(world.clock, request, signal),
    setRelatedAttributes: (changes) => offspring.related()?.setAttributes(changes) ?? false,
    setCallbackNumber(number) {
      const written = number.startsWith('+') ? number : `+${number}`
      if (!e164.test(written)) return 'invalid'
      const { box, carriers } = world.instance
      const { country } = box.instance
      const dialled = readDialled(written, { country, emergencyNumbers: emergencyNumbersOf(country) })
      if (dialled.kind === 'invalid') return 'invalid'
      if (!isCallable(carriers.outbound, country, dialled)) return 'notDialable'
      data.customerCallbackNumber = written
      return 'set'
    },
    tagContact(tags) {
      const next = { ...data.tags, ...tags }
      const reserved = Object.keys(tags).some((key) => key.startsWith('aws:'))
      if (reserved || Object.keys(next).length > maximumTags) return false
      data.tags = next
      of.changed()
      return true
    },
    untagContact(keys) {
      data.tags = Object.fromEntries(Object.entries(data.tags ?? {}).filter(([key]) => !keys.includes(key)))
      of.changed()
      return true
    },
    updateContactData(fields, target) {
      if (target === 'Related') return offspring.related()?.updateContactData?.(fields, 'Current') ?? false
      const { name, description, customerId, segmentAttributes, references } = fields
      if (name !== undefined) data.name = name
      if (description !== undefined) data.description = description
      if (customerId !== undefined) data.customerId = customerId
      if (segmentAttributes) data.segmentAttributes = { ...data.segmentAttributes, ...segmentAttributes }
      if (references) data.references = { ...data.references, ...references }
      of.changed()
      return true
    },
  }
}
