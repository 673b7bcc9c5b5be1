// What a simulated contact can do beyond the bare one. Nothing leaves this process: functions, bots, third parties and
// add-on products are whoever answers for them, and whatever nobody answers for takes its error branch.
import type { FlowAbilities, FunctionAnswer, HookAnswer, QueueMetrics, QueueTarget } from '../flow/abilities.ts'
import { withoutSecrets } from '../flow/secrets.ts'
import type { Answers } from './answers.ts'
import { readableText } from './readable-speech.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import type { TextContact } from './text-contact.ts'
import type { TraceStep } from './trace.ts'
import type { World } from './world.ts'

export interface AbilityOptions {
  contact: TextContact
  world: World
  answers: Answers
  clock: SimulatedClock
  step(step: TraceStep): void
}

/** How long a third party talks. */
const talkMs = 60_000

export function textAbilities(options: AbilityOptions): FlowAbilities {
  return { ...outsideAbilities(options), ...queueAbilities(options), ...contactAbilities(options) }
}

function outsideAbilities({ contact, answers, clock, step }: AbilityOptions): FlowAbilities {
  const asked = (what: string, name: string, answer: unknown) =>
    step({
      event: 'asked',
      what,
      name,
      answer: typeof answer === 'string' ? answer : JSON.stringify(withoutSecrets(answer)),
    })
  return {
    async invokeFunction(functionId, event) {
      const answer: FunctionAnswer = (await answers.functionAnswer?.(functionId, event)) ?? {
        ok: false,
        reason: 'unanswered',
        detail: `nobody answers for the function ${functionId}`,
      }
      asked('function', functionId, answer.ok ? answer.result : answer.detail)
      return answer
    },
    startFunction(functionId) {
      asked('function', functionId, 'started')
      return contact.data.contactId
    },
    async askBot({ botId, prompt, initialMessage, timeoutMs }, signal) {
      for (const one of prompt)
        if (one.kind === 'text') step({ event: 'spoken', text: readableText(one), ssml: one.ssml })
        else step({ event: 'played', prompt: one.promptId })
      if (initialMessage !== undefined) asked('first message to bot', botId, initialMessage)
      const answer = await answers.intent?.({ bot: botId, windowMs: timeoutMs }, signal)
      if (!answer) {
        step({ event: 'timeout' })
        return contact.data.channel === 'VOICE'
          ? { outcome: 'failed', detail: 'nothing was said' }
          : { outcome: 'timeout' }
      }
      const { text, ...result } = answer
      step({ event: 'said', text, intent: result.intentName })
      return { outcome: 'intent', ...result }
    },
    async invokeHook(kind, action, payload) {
      const answer: HookAnswer = (await answers.hookAnswer?.(kind, action, payload)) ?? {
        ok: false,
        detail: `nobody answers for ${kind}`,
      }
      asked(kind, action, answer.ok ? answer.result : answer.detail)
      return answer
    },
    async showView({ viewId, data, timeoutMs }, signal) {
      const answer = await answers.view?.(viewId, data)
      asked('view', viewId, answer ? answer.action : 'not answered in time')
      if (answer) return { outcome: 'action', ...answer }
      await clock.wait(timeoutMs, signal)
      return { outcome: 'timeout' }
    },
    async transferToThirdParty({ number, ringTimeoutMs, continueFlow }, signal) {
      const outcome = answers.thirdParty?.(number) ?? (continueFlow ? 'answeredAndEnded' : 'handedOver')
      asked('call to', number, outcome)
      if (outcome === 'timedOut') await clock.wait(ringTimeoutMs, signal)
      else if (outcome === 'answeredAndEnded') await clock.wait(talkMs, signal)
      return outcome
    },
    async wait({ timeLimitMs, events }, signal) {
      const event = answers.waitEvent?.(events)
      if (event === undefined) await clock.wait(timeLimitMs, signal)
      asked('wait', `${timeLimitMs / 1000} s`, event ?? 'WaitCompleted')
      return event ?? 'WaitCompleted'
    },
    async outboundCallStatus() {
      return answers.callStatus?.()
    },
    async completeOutboundCall({ callerIdNumber }) {
      asked('outbound call', callerIdNumber ?? 'with the number of the queue', 'answered')
      return true
    },
  }
}

function queueAbilities({ contact, answers, step, world }: AbilityOptions): FlowAbilities {
  const queueOf = (target: QueueTarget | undefined) => {
    if (!target) return contact.data.queue
    return 'queueId' in target ? world.ref('queue', target.queueId) : world.ref('agent', target.agentId)
  }
  return {
    queueMetrics(target): QueueMetrics | undefined {
      const queue = queueOf(target)
      if (!queue) return undefined
      const given = answers.metrics?.(queue.name) ?? {}
      return { name: queue.name, arn: queue.arn, size: 0, ...given, agents: { ...oneAgent, ...given.agents } }
    },
    setTargetAgent: (agentId) => contact.setTargetAgent(agentId),
    setRouting: ({ priority, ageSeconds }) =>
      contact.set('routing', priority === undefined ? `age ${ageSeconds ?? 0} s` : `priority ${priority}`),
    setRoutingCriteria(steps) {
      contact.set('routing criteria', `${steps.length} step${steps.length === 1 ? '' : 's'}`)
      return true
    },
    dequeueAndTransfer(target) {
      const queue = queueOf(target)
      if (!queue) return 'refused'
      if (answers.hasRoom?.(queue.name) === false) return 'atCapacity'
      contact.set('queue', queue.name)
      return 'transferred'
    },
    setCallbackNumber: (number) => contact.setCallbackNumber(number),
    requestCallback({ target, initialDelaySeconds }) {
      const queue = queueOf(target)
      if (!queue) return { ok: false, detail: 'there is no queue for the callback' }
      const number = contact.data.customerCallbackNumber ?? contact.data.customerEndpoint?.address ?? ''
      step({ event: 'asked', what: 'callback to', name: number, answer: `${queue.name} in ${initialDelaySeconds} s` })
      return { ok: true }
    },
    transferToAgent: () => 'transferred',
  }
}

/** A quiet queue. */
const oneAgent: QueueMetrics['agents'] = {
  online: 1,
  available: 1,
  staffed: 1,
  afterContactWork: 0,
  busy: 0,
  missed: 0,
  nonProductive: 0,
}

function contactAbilities({ contact, world, step }: AbilityOptions): FlowAbilities {
  const done = (what: string, value: string) => {
    contact.set(what, value)
    return true
  }
  return {
    reportDefect: (identifier, reason) => contact.set(`defect of ${identifier}`, reason),
    holdParticipants: (state) => done('hold', state),
    tagContact: (tags) => contact.tag(tags),
    untagContact: (keys) => contact.untag(keys),
    setMediaStreaming: (streaming) => done('media streaming', streaming?.directions.join(', ') ?? '(off)'),
    setChatProcessor: (processor) => done('chat processor', processor?.functionId ?? '(off)'),
    updateContactData: (fields) => contact.update(fields),
    setRelatedAttributes(changes) {
      for (const [key, value] of Object.entries(changes)) contact.set(`attribute of the related contact ${key}`, value)
      return true
    },
    createTask({ name, flowId }) {
      const flow = flowId === undefined ? undefined : world.flows.get(flowId)
      if (flowId !== undefined && !flow) return { ok: false, detail: `there is no flow ${flowId}` }
      step({ event: 'asked', what: 'task', name, answer: flow ? `flow ${flow.id}` : 'from its template' })
      return { ok: true, contactId: '00000000-0000-4000-8000-000000000002' }
    },
    resumeContact: () => done('task', 'resumed'),
    async loadContactContent() {
      return undefined
    },
    async fetchPrompt(uri) {
      return uri
    },
  }
}
