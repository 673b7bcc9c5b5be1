// What a flow of a real contact can do beyond the contact itself: functions, bots, figures, data, priority.
import { join } from 'node:path'
import t from 'tap'
import type { LocalBotDefinition } from '../../../daemon/bots/bots.ts'
import { boxAbilities } from '../../../daemon/flow/box-abilities.ts'
import { checkFlow } from '../../../daemon/flow/check-flow.ts'
import { runFlow } from '../../../daemon/flow/run-flow.ts'
import { ContactRig } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'
import { type Block, bye, end, flowOf, testResources } from '../flow/flow-text.ts'

const signal = new AbortController().signal

t.test('a function of the instance answers the flow; one that is not there is named', async (t) => {
  const folder = t.testdir({ 'greet.mjs': 'export const handler = async (event) => ({ hello: event.Name })' })
  const greet = { name: 'greet', kind: 'module', file: join(folder, 'greet.mjs'), timeoutS: 5, concurrency: 1 } as const
  const rig = new ContactRig([], {}, { functions: [greet] })
  t.teardown(() => rig.functions.close())
  await rig.call()
  const { host } = rig.flow('main')
  const options = { timeoutMs: 5000, signal }
  t.same(await host.invokeFunction?.('greet', { Name: 'caller' }, options), { ok: true, result: { hello: 'caller' } })
  t.match(await host.invokeFunction?.('absent', {}, options), { ok: false, reason: 'notFound' })
  t.type(host.startFunction?.('greet', {}, { timeoutMs: 5000 }), 'string')
  t.equal(host.startFunction?.('absent', {}, { timeoutMs: 5000 }), undefined)
})

const orders: LocalBotDefinition = {
  name: 'orders',
  kind: 'local',
  locale: 'en-US',
  intents: [
    {
      name: 'OrderStatus',
      utterances: ['order'],
      dtmf: ['1'],
      slots: [
        {
          name: 'number',
          type: 'digits',
          prompt: 'Which order?',
          attempts: 2,
          minimumDigits: 3,
          maximumDigits: 3,
          choices: [],
        },
      ],
      closing: 'Thank you.',
    },
  ],
  fallbackIntent: 'FallbackIntent',
  confidenceThreshold: 0.5,
}

t.test('a bot asks by voice and understands keys, slot by slot', async (t) => {
  const rig = new ContactRig([], {}, { bots: [orders] })
  const caller = await rig.call()
  rig.keys.push('1', '407')
  const prompt = [{ kind: 'text', text: 'Press 1 for orders.', ssml: false } as const]
  const answer = await rig.flow('main').host.askBot?.({ botId: 'orders', prompt, sessionAttributes: {} }, signal)
  t.match(answer, { outcome: 'intent', intentName: 'OrderStatus', slots: { number: '407' } })
  const texts = rig.spoken.map((speech) => (speech.kind === 'text' ? speech.text : ''))
  t.same(texts, ['Press 1 for orders.', 'Which order?', 'Thank you.'])
  caller.leave()
  await settle()
})

t.test('a bot that is not there fails by name', async (t) => {
  const rig = new ContactRig([])
  await rig.call()
  const answer = await rig.flow('main').host.askBot?.({ botId: 'none', prompt: [], sessionAttributes: {} }, signal)
  t.match(answer, { outcome: 'failed', detail: /notFound/ })
})

t.test('figures of the working queue and of a named one; none without a queue', async (t) => {
  const rig = new ContactRig(['anna', 'ben'])
  await rig.call()
  const { host } = rig.flow('main')
  t.equal(host.queueMetrics?.(undefined, undefined), undefined)
  t.equal(host.queueMetrics?.({ queueId: 'Nowhere' }, undefined), undefined)
  host.setTargetQueue('Support')
  t.match(host.queueMetrics?.(undefined, 'VOICE'), {
    name: 'Support',
    size: 0,
    agents: { online: 2, available: 2, busy: 0 },
  })
})

t.test('a priority set before the queue goes before those who came first', async (t) => {
  const rig = new ContactRig([])
  await rig.call()
  await rig.queue()
  await rig.call()
  rig.flow('main').host.setRouting?.({ priority: 1 })
  await rig.queue()
  const [first, second] = [...rig.saved.keys()]
  t.equal(rig.routing.position(first ?? ''), 2)
  t.equal(rig.routing.position(second ?? ''), 1)
})

t.test('tags, names and the callback number stay with the contact; what is wrong changes nothing', async (t) => {
  const rig = new ContactRig([])
  await rig.call()
  const { host } = rig.flow('main')
  t.equal(host.tagContact?.({ kind: 'vip' }), true)
  t.equal(host.tagContact?.({ 'aws:kind': 'vip' }), false)
  t.equal(host.tagContact?.(Object.fromEntries([...'abcdef'].map((key) => [key, key]))), false, 'seven are too many')
  t.same(host.contact.tags, { kind: 'vip' })
  host.untagContact?.(['kind'])
  t.same(host.contact.tags, {})
  t.equal(host.updateContactData?.({ name: 'Order', customerId: '17' }, 'Current'), true)
  t.equal(host.updateContactData?.({ name: 'Other' }, 'Related'), false)
  t.match(host.contact, { name: 'Order', customerId: '17' })
  t.equal(host.setCallbackNumber?.('12065550100'), 'set')
  t.equal(host.setCallbackNumber?.('none'), 'invalid')
  t.equal(host.setCallbackNumber?.('+15550123'), 'invalid', 'no number of its country')
  t.equal(host.setCallbackNumber?.('+442079460999'), 'notDialable', 'a country the box may not call')
  t.equal(host.setCallbackNumber?.('+19002345678'), 'notDialable', 'of premium rate')
  t.equal(host.contact.customerCallbackNumber, '+12065550100')
})

t.test('figures of an agent’s own queue; agents by what they do', async (t) => {
  const rig = new ContactRig(['anna', 'ben'], { afterContactWorkS: 30 })
  const { caller } = await rig.talk()
  await rig.call()
  const { host } = rig.flow('main')
  t.match(host.queueMetrics?.({ queueId: 'Support' }, undefined)?.agents, { busy: 1, afterContactWork: 0, online: 2 })
  caller.leave()
  await settle()
  t.match(host.queueMetrics?.({ queueId: 'Support' }, undefined)?.agents, { busy: 0, afterContactWork: 1, staffed: 2 })
  t.match(host.queueMetrics?.({ agentId: 'anna' }, undefined), { name: 'anna', size: 0, agents: { online: 1 } })
  t.equal(host.queueMetrics?.({ agentId: 'nobody' }, undefined), undefined)
  t.equal(host.setTargetAgent?.('nobody'), false)
  t.equal(host.setTargetAgent?.('ben'), true)
  t.equal(host.isOpen(undefined), undefined, 'an agent’s queue has no hours')
  t.equal(host.enqueue(), 'queued')
})

t.test('there is no stream to send audio to: the block takes its error branch, and the checker says so', async (t) => {
  const blocks: Block[] = [
    {
      id: 'stream',
      type: 'UpdateContactMediaStreamingBehavior',
      parameters: { MediaStreamingState: 'Enabled', MediaStreamType: 'Audio' },
      next: 'end',
      errors: { NoMatchingError: 'bye' },
    },
    bye,
    end,
  ]
  const flow = flowOf(blocks)
  const rig = new ContactRig([])
  await rig.call()
  const { host } = rig.flow('main')
  t.notOk(host.setMediaStreaming)
  const { clock } = rig
  t.same(await runFlow({ flow, host, flows: new Map(), resources: testResources, signal, clock }), {
    type: 'disconnect',
  })
  t.match(checkFlow(flow, testResources, { abilities: boxAbilities }), [{ severity: 'warning', message: /stream/ }])
})
