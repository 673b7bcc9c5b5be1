// Whatever people do, and in whatever order: nobody is left on a line, no path, flow, timer or place in a queue remains,
// and each record is closed once. Seeded; a failure names its seed.
import t from 'tap'
import { ContactRig, nothingLeft } from '../../support/contact-rig.ts'
import type { FakeLeg } from '../../support/fake-leg.ts'
import { settle } from '../../support/mock-clock.ts'

const runs = 1500
const stepsPerRun = 60
/** What moves things on is done more often than what ends them. */
const weights: Record<string, number> = {
  queues: 5,
  agentAnswers: 8,
  outsideAnswers: 5,
  whisperEnds: 12,
  transfers: 6,
  joins: 3,
  summons: 4,
  visits: 3,
  timePasses: 2,
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

async function live(seed: number): Promise<{ rig: ContactRig; callers: FakeLeg[]; done: string[] }> {
  const random = randomFrom(seed)
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
  const rig = new ContactRig(['anna', 'ben', 'cleo'], { concurrentCalls: 4, afterContactWorkS: seed % 2 ? 5 : 0 })
  const { operations } = rig.contacts
  const callers: FakeLeg[] = [(await rig.talk()).caller]
  const done: string[] = []
  const anyContact = () => pick(rig.contacts.views())?.contactId ?? 'none'
  const anyLeg = (legs: FakeLeg[]) => pick(legs.filter(({ state }) => state !== 'ended'))
  const anyFlow = () => pick(rig.flows)
  const who = () => pick(['customer', 'all'] as const) ?? 'all'

  const deeds: Record<string, () => unknown> = {
    async calls() {
      callers.push(await rig.call())
    },
    callerLeaves: () => anyLeg(callers)?.leave(),
    agentAnswers: () => anyLeg(rig.agentLegs)?.pickUp(),
    agentLeaves: () => anyLeg(rig.agentLegs)?.leave(),
    agentIsBusy: () => anyLeg(rig.agentLegs)?.leave('busy', 'farEnd'),
    outsideAnswers: () => anyLeg(rig.outsideLegs)?.pickUp(),
    outsideSounds: () => anyLeg(rig.outsideLegs)?.soundEarly(),
    outsideLeaves: () => anyLeg(rig.outsideLegs)?.leave(),
    queues() {
      const host = anyFlow()?.host
      host?.setTargetQueue(pick(['Support', 'Sales']) ?? 'Support')
      host?.enqueue()
    },
    moves: () => anyFlow()?.host.dequeueAndTransfer?.({ queueId: 'Sales' }),
    summons: () => anyFlow()?.host.transferToAgent?.(),
    holdsByFlow: () => anyFlow()?.host.holdParticipants?.(pick(['AgentOnHold', 'CustomerOnHold', 'OffHold'] as const)!),
    goesOutside() {
      const flow = anyFlow()
      const continueFlow = random() < 0.5
      const call = { number: '+15550888', ringTimeoutMs: 20_000, continueFlow, callerId: {} }
      void Promise.allSettled([flow?.host.transferToThirdParty?.(call, flow.signal)])
    },
    dials() {
      const flow = anyFlow()
      void flow?.host.completeOutboundCall?.({}, flow.signal)
    },
    wantsCallback: () =>
      anyFlow()?.host.requestCallback?.({ initialDelaySeconds: 5, maximumAttempts: 2, retryDelaySeconds: 5 }),
    hooks: () => anyFlow()?.host.setEventHook('CustomerRemaining', 'survey'),
    whisperEnds: () => rig.flows.findLast(({ flowId }) => /whisper|outbound/.test(flowId))?.end({ type: 'ended' }),
    flowEnds: () => anyFlow()?.end(pick([{ type: 'ended' }, { type: 'disconnect' }, { type: 'queued' }] as const)!),
    flowFails: () => anyFlow()?.end({ type: 'failed', identifier: 'x', reason: 'in this test' }),
    holds: () => operations.hold(anyContact(), who()),
    resumes: () => operations.resume(anyContact(), who()),
    joins: () => operations.conference(anyContact()),
    swaps: () => operations.swap(anyContact()),
    leaves: () => operations.leave(anyContact()),
    transfers: () =>
      operations.transfer(
        anyContact(),
        pick([{ agent: 'ben' }, { queue: 'Sales' }, { number: '+15550777' }, { quickConnect: 'cleo' }])!,
      ),
    takesBack: () => operations.cancelTransfer(anyContact()),
    disconnects: () => operations.disconnect(anyContact(), 'customer'),
    stops: () => random() < 0.2 && operations.stop(anyContact()),
    agentDials: () => operations.outbound({ agent: pick(['anna', 'ben'])!, number: '+15550444' }),
    visits: () => operations.supervisors.monitor(anyContact(), { supervisor: 'cleo' }),
    moves2: () => operations.supervisors.change(anyContact(), pick(['whisper', 'barge', 'listen'] as const)!),
    takesOver: () => operations.supervisors.takeOver(anyContact()),
    makesTask: () =>
      rig.contacts.createTask(undefined, { name: 'x', flowId: 'survey', attributes: {}, references: {} }),
    acceptsTask: () => operations.tasks.accept(anyContact(), pick(['anna', 'ben', 'cleo'])!),
    pausesTask: () => operations.tasks.pause(anyContact()),
    resumesTask: () => operations.tasks.resume(anyContact()),
    timePasses: () => rig.clock.advance(pick([1000, 7000, 21_000]) ?? 1000),
  }
  const names = Object.keys(deeds).flatMap((name) => Array.from({ length: weights[name] ?? 1 }, () => name))
  for (let step = 0; step < stepsPerRun; step++) {
    const name = pick(names)!
    done.push(name)
    await deeds[name]?.()
    await settle()
  }
  return { rig, callers, done }
}

t.test(`${runs} afternoons of ${stepsPerRun} deeds end with nothing left`, async (t) => {
  for (let seed = 1; seed <= runs; seed++) {
    const { rig, callers, done } = await live(seed)
    const drained = rig.contacts.drain(0)
    await rig.clock.advance(0)
    await rig.clock.advance(200_000)
    await drained
    const open = [...rig.saved.values()].filter(
      ({ ContactId, DisconnectTimestamp }) => DisconnectTimestamp === null && !rig.pending.kept.has(ContactId),
    )
    const counted = rig.counters.snapshot()
    const left = {
      ...rig.ledger(),
      pending: 0,
      callers: callers.filter(({ state }) => state !== 'ended').length,
      open: open.length,
      timers: rig.clock.liveTimers,
      faults: counted.contactFault ?? 0,
    }
    const nothing = { ...nothingLeft, callers: 0, open: 0, timers: 0, faults: 0 }
    if (JSON.stringify(left) === JSON.stringify(nothing)) continue
    t.same(left, nothing, `seed ${seed}: ${done.join(' ')}`)
    return
  }
  t.pass('all of them')
})
