import t from 'tap'
import type { CampaignCallEvent } from '../../../daemon/contact/campaign-side.ts'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'

/** A campaign calls one customer. */
async function dial(rig: ContactRig, change: { detection?: boolean } = {}) {
  const events: CampaignCallEvent[] = []
  const call = rig.contacts.operations.campaigns.dial({
    campaign: 'Renewals',
    number: '+15550123',
    queue: 'Support',
    callerId: '+15550100',
    attributes: { policy: '77' },
    flow: 'main',
    ringTimeoutMs: 25_000,
    detection: change.detection ?? true,
    told: (event) => void events.push(event),
  })
  await settle()
  if ('refused' in call) throw new Error(call.detail)
  return { call, events, told: () => events.map(({ type }) => type).join(' ') }
}

t.test('whoever answers hears the flow, and comes to an agent who is free, without whispers', async (t) => {
  const rig = new ContactRig(['anna'])
  const { told } = await dial(rig)
  t.same(rig.running, [], 'the flow waits for the answer')
  t.match(rig.outsideCalls, [{ number: '+15550123', callerId: { number: '+15550100' }, from: { kind: 'campaign' } }])
  rig.outside.pickUp()
  await settle()
  t.same(rig.running, ['main'])
  t.equal(rig.flow('main').host.contact.attributes.policy, '77')
  rig.detection.hears('human')
  t.equal(await rig.flow('main').host.outboundCallStatus?.(new AbortController().signal), 'CallAnswered')
  await rig.queue()
  rig.ringing.pickUp()
  await settle()
  t.equal(told(), 'answered detected queued offered joined')
  t.ok(rig.together(rig.outside, rig.ringing))
  rig.outside.leave()
  await settle()
  t.equal(told(), 'answered detected queued offered joined ended')
  t.match(rig.record, {
    InitiationMethod: 'API',
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    Campaign: { CampaignId: 'Renewals' },
    AnsweringMachineDetectionStatus: 'HUMAN_ANSWERED',
    Agent: { Username: 'anna' },
  })
  t.same(rig.ledger(), nothingLeft)
})

t.test('nobody answers in time: the call is given up, and the flow never runs', async (t) => {
  const rig = new ContactRig(['anna'])
  const { events } = await dial(rig)
  await rig.clock.advance(25_000)
  t.same(events, [{ type: 'ended', unreached: 'noAnswer', by: 'other', doNotCall: false }])
  t.match(rig.record, { DisconnectReason: 'TELECOM_TIMEOUT', AnsweringMachineDetectionStatus: 'AMD_UNANSWERED' })
  t.same(rig.ledger(), nothingLeft)
})

for (const [reason, unreached] of [
  ['busy', 'busy'],
  ['invalidNumber', 'invalidNumber'],
  ['unreachable', 'failed'],
] as const)
  t.test(`${reason}: the campaign is told so`, async (t) => {
    const rig = new ContactRig([])
    const { events } = await dial(rig)
    rig.outside.leave(reason, 'farEnd')
    await settle()
    t.same(events, [{ type: 'ended', unreached, by: 'other', doNotCall: false }])
    t.equal(rig.record.AnsweringMachineDetectionStatus, 'AMD_NOT_APPLICABLE')
    t.same(rig.ledger(), nothingLeft)
  })

t.test('a call that is stopped while it rings is cancelled', async (t) => {
  const rig = new ContactRig([])
  const { call, events } = await dial(rig)
  call.end('campaignStopped')
  await settle()
  t.same(events, [{ type: 'ended', unreached: 'cancelled', by: 'other', doNotCall: false }])
  t.match(rig.record, { DisconnectReason: 'TELECOM_ORIGINATOR_CANCEL', Cordboard: { endReason: 'campaignStopped' } })
  t.equal(rig.outside.state, 'ended')
  t.same(rig.ledger(), nothingLeft)
})

t.test('the flow hears of a machine; what it ends is told as the flow’s end', async (t) => {
  const rig = new ContactRig([])
  const { events } = await dial(rig)
  rig.outside.pickUp()
  await settle()
  const status = rig.flow('main').host.outboundCallStatus?.(new AbortController().signal)
  rig.detection.hears('machineBeep')
  t.equal(await status, 'VoicemailBeep')
  await rig.end('main', { type: 'disconnect' })
  t.same(events.at(-1), { type: 'ended', unreached: undefined, by: 'flow', doNotCall: false })
  t.equal(rig.record.AnsweringMachineDetectionStatus, 'VOICEMAIL_BEEP')
  t.same(rig.ledger(), nothingLeft)
})

t.test('without detection the flow learns nothing, and takes its error branch', async (t) => {
  const rig = new ContactRig([])
  await dial(rig, { detection: false })
  rig.outside.pickUp()
  await settle()
  t.equal(await rig.flow('main').host.outboundCallStatus?.(new AbortController().signal), undefined)
  rig.outside.leave()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('preview: an agent takes the contact, then it is called, and both talk', async (t) => {
  const rig = new ContactRig(['anna'])
  const events: CampaignCallEvent[] = []
  rig.contacts.operations.campaigns.preview({
    campaign: 'Renewals',
    number: '+15550123',
    queue: 'Support',
    callerId: undefined,
    attributes: {},
    told: (event) => void events.push(event),
  })
  await settle()
  t.equal(rig.outsideLegs.length, 0, 'nobody is called before an agent has it')
  rig.ringing.pickUp()
  await settle()
  await rig.end('default-outbound')
  rig.outside.pickUp()
  await settle()
  t.same(
    events.map(({ type }) => type),
    ['queued', 'offered', 'taken', 'answered', 'joined'],
  )
  t.match(rig.outsideCalls, [{ number: '+15550123', from: { kind: 'campaign', campaign: 'Renewals' } }])
  rig.ringing.leave()
  await settle()
  t.match(rig.record, { InitiationMethod: 'CAMPAIGN_PREVIEW', DisconnectReason: 'AGENT_DISCONNECT' })
  t.same(rig.ledger(), nothingLeft)
})
