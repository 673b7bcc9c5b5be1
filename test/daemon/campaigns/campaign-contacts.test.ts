// A campaign over real contacts and real routing: what agents and customers do becomes outcomes.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { CampaignRun } from '../../../daemon/campaigns/campaign-run.ts'
import { CampaignStore } from '../../../daemon/campaigns/campaign-store.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import { settle } from '../../support/mock-clock.ts'
import { shortFolder } from '../api/control-support.ts'
import { campaignOf } from './measured-campaign.ts'

const numbers = ['+442079460123', '+442079460124', '+442079460125', '+442079460126']

function begin(t: Test, agents: string[], change: object) {
  const rig = new ContactRig(agents)
  const store = new CampaignStore(join(shortFolder(t), 'campaigns.db'), { clock: rig.clock, log: silentLog })
  t.teardown(() => store.close())
  const campaign = campaignOf({ queue: 'Support', flow: 'main', abandon: { afterS: 2 }, ...change })
  const run = new CampaignRun(campaign, {
    clock: rig.clock,
    log: silentLog,
    store,
    calls: rig.contacts.operations.campaigns,
    agents(queue) {
      const { available = 0, staffed = 0 } = rig.routing.queue(queue, 'VOICE') ?? {}
      return { free: available, busy: staffed - available }
    },
    timeZone: () => 'UTC',
    mustNotCall: () => false,
  })
  rig.routing.onAgentChange(() => queueMicrotask(() => run.look()))
  t.teardown(() => run.pause())
  store.add(
    campaign.name,
    numbers.map((number) => ({ number, attributes: {} })),
    rig.clock.epochMs(),
  )
  run.start()
  /** Whom the latest call went to picks up; they are people, and the flow sends them to the queue. */
  const answer = async () => {
    rig.outside.pickUp()
    await settle()
    rig.detection.hears('human')
    await settle()
    await rig.queue()
  }
  return { rig, store, run, answer, outcomes: () => store.figures(campaign.name).outcomes }
}

t.test('progressive: one call for the one agent, and the next when the talk is over', async (t) => {
  const { rig, store, run, answer, outcomes } = begin(t, ['anna'], { mode: 'progressive' })
  t.equal(rig.outsideLegs.length, 1)
  await answer()
  rig.ringing.pickUp()
  await settle()
  t.equal(rig.outsideLegs.length, 1, 'the agent talks: nobody is called')
  rig.outside.leave()
  await settle()
  t.same(outcomes(), { connected: 1 })
  t.equal(rig.outsideLegs.length, 2)
  run.stop()
  await settle()
  t.match(store.figures('Renewals'), { calling: 0, waiting: 2, live: 1, abandoned: 0, outcomes: { cancelled: 1 } })
  t.same(rig.ledger(), nothingLeft)
  t.equal(rig.clock.liveTimers, 0)
})

t.test('an agent who does not come in time: abandoned, whether they stay on the line or not', async (t) => {
  const { rig, store, run, answer, outcomes } = begin(t, ['anna'], { mode: 'progressive' })
  await answer()
  const called = rig.outside
  await rig.clock.advance(2000)
  t.match(store.figures('Renewals'), { live: 1, abandoned: 1 })
  rig.ringing.pickUp()
  await settle()
  called.leave()
  await settle()
  t.same(outcomes(), { connected: 1 }, 'talked all the same')
  await answer()
  rig.outside.leave()
  await settle()
  t.match(outcomes(), { connected: 1, abandoned: 1 })
  t.match(store.figures('Renewals'), { live: 2, abandoned: 2 })
  run.stop()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('machines, faxes, silence and those whom nobody reaches become outcomes', async (t) => {
  const { rig, run, outcomes } = begin(t, ['anna'], { mode: 'progressive' })
  for (const who of ['machineBeep', 'fax', 'silence'] as const) {
    rig.outside.pickUp()
    await settle()
    rig.detection.hears(who)
    await settle()
    await rig.end('main', { type: 'disconnect' })
  }
  await rig.clock.advance(60_000)
  t.same(outcomes(), { fax: 1, machine: 1, noAnswer: 1, unheard: 1 })
  run.stop()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('agentless: lines count, agents do not; who hears it to the end has it delivered', async (t) => {
  const { rig, store, run, outcomes } = begin(t, [], { mode: 'agentless', queue: undefined, maximumLines: 2 })
  t.equal(rig.outsideLegs.length, 2)
  rig.outside.pickUp()
  await settle()
  rig.detection.hears('human')
  await settle()
  await rig.end('main', { type: 'disconnect' })
  t.same(outcomes(), { delivered: 1 })
  t.match(store.figures('Renewals'), { live: 0, abandoned: 0 })
  t.equal(rig.outsideLegs.length, 3)
  run.stop()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})

t.test('preview: nobody is called before the agent has taken the contact', async (t) => {
  const { rig, run, outcomes } = begin(t, ['anna'], { mode: 'preview', flow: undefined })
  await settle()
  t.equal(rig.outsideLegs.length, 0)
  t.equal(rig.agentLegs.length, 1)
  rig.ringing.pickUp()
  await settle()
  await rig.end('default-outbound')
  t.equal(rig.outsideLegs.length, 1)
  rig.outside.leave('busy', 'farEnd')
  await settle()
  t.same(outcomes(), { busy: 1 })
  await settle()
  t.equal(rig.agentLegs.length, 2, 'the next contact')
  run.stop()
  await settle()
  t.same(outcomes(), { busy: 1, notTaken: 1 })
  t.same(rig.ledger(), nothingLeft)
})

t.test('no line, a limit: nobody is called for a while, and the try does not count', async (t) => {
  const { rig, store, run } = begin(t, ['anna'], { mode: 'progressive', maximumLines: 1 })
  t.equal(rig.outsideLegs.length, 1)
  rig.outside.leave('busy', 'farEnd')
  await settle()
  const { call } = rig.world.outbound
  rig.world.outbound.call = () => ({ refused: 'noRoute', detail: 'no link is up' })
  rig.outside.leave('busy', 'farEnd')
  await settle()
  t.equal(run.held, 'no link is up')
  t.match(store.figures('Renewals'), { attempts: 2, waiting: 2, done: 2, calling: 0 })
  rig.world.outbound.call = call
  await rig.clock.advance(20_000)
  t.equal(run.held, undefined)
  t.equal(rig.outsideLegs.length, 3)
  run.stop()
  await settle()
  t.same(rig.ledger(), nothingLeft)
})
