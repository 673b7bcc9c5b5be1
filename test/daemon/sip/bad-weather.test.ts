// Calls over networks that lose, double and reorder datagrams, many times with different seeds: whatever becomes of a
// call, both sides agree in the end that it is over, nothing rings that nobody called, and nothing is left.
import t from 'tap'
import type { Leg } from '../../../daemon/leg/leg.ts'
import { SipAutoPhone } from '../../support/sip-auto-phone.ts'
import type { Weather } from '../../support/sip-network.ts'
import { account, events, password, sipStage } from '../../support/sip-stage.ts'

const weathers: Record<string, Weather> = {
  rain: { loss: 0.1, duplication: 0.1, slowestMs: 100 },
  storm: { loss: 0.3, duplication: 0.3, slowestMs: 400 },
  'twins only': { loss: 0, duplication: 1, slowestMs: 900 },
}

const seeds = 40
const endings = ['box hangs up', 'phone hangs up', 'box gives up ringing'] as const

/** Everything that may be left of calls, when both sides have had time to forget. */
function leftovers(counters: Record<string, number>) {
  const { legs, dialogs, routes, transactions, lingeringTransactions } = counters
  return { legs, dialogs, routes, transactions, lingeringTransactions }
}
const nothing = { legs: 0, dialogs: 0, routes: 0, transactions: 0, lingeringTransactions: 0 }

for (const [name, weather] of Object.entries(weathers)) {
  t.test(`the box calls in ${name}`, async (t) => {
    const outcomes: Record<string, number> = {}
    for (let seed = 1; seed <= seeds; seed++) {
      const stage = await sipStage(t, [account('alice')], { seed })
      const peer = await stage.registered('alice')
      const phone = new SipAutoPhone(peer, stage.clock, password, 1500)
      stage.network.weather = weather
      const ending = endings[seed % endings.length]
      const leg = stage.endpoint.dial({ userName: 'alice' })
      const told = events(leg)
      await stage.clock.advance(ending === 'box gives up ringing' ? 800 : 12_000)
      if (ending === 'phone hangs up') phone.hangUp()
      else void leg.hangUp()
      await stage.clock.advance(150_000)
      t.equal(leg.state, 'ended', `seed ${seed}: the leg ended`)
      t.equal(told.filter((one) => one.startsWith('ended')).length, 1, `seed ${seed}: and said so once`)
      t.same(phone.live, [], `seed ${seed}: the phone is idle`)
      t.ok(phone.calls.size <= 1, `seed ${seed}: one call rang once`)
      t.same(leftovers(stage.endpoint.counters()), nothing, `seed ${seed}: nothing is left`)
      const outcome = told.join(', ')
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
      phone.stop()
    }
    const talked = Object.entries(outcomes).filter(([told]) => told.includes('answered'))
    t.ok(talked.reduce((sum, [, count]) => sum + count, 0) > seeds / 2, 'most calls to be answered were')
    t.comment(JSON.stringify(outcomes))
  })

  t.test(`the phone calls in ${name}`, async (t) => {
    let talked = 0
    for (let seed = 1; seed <= seeds; seed++) {
      const stage = await sipStage(t, [account('alice')], { seed })
      const phone = new SipAutoPhone(await stage.registered('alice'), stage.clock, password, 0)
      const results: Promise<boolean>[] = []
      stage.endpoint.onInbound((leg: Leg) => results.push(leg.answer()))
      stage.network.weather = weather
      phone.call('sip:100@box')
      await stage.clock.advance(40_000)
      const leg = stage.inbound[0]
      if (leg?.state === 'talking') talked++
      if (seed % 2 === 0) phone.hangUp()
      else void leg?.hangUp()
      await stage.clock.advance(150_000)
      t.ok(stage.inbound.length <= 1, `seed ${seed}: no ghost call`)
      t.equal(leg?.state ?? 'ended', 'ended', `seed ${seed}: the leg ended`)
      t.same(phone.live, [], `seed ${seed}: the phone is idle`)
      t.same(leftovers(stage.endpoint.counters()), nothing, `seed ${seed}: nothing is left`)
      t.ok((await Promise.all(results)).length <= 1)
      phone.stop()
    }
    t.ok(talked > seeds / 2, `${talked} of ${seeds} calls were answered`)
  })
}

t.test('a thousand calls at once, 10 % loss, 50 ms of jitter, overtaking: none stuck, none doubled', async (t) => {
  const names = Array.from({ length: 50 }, (_, at) => `agent${at}`)
  const stage = await sipStage(
    t,
    names.map((name) => account(name)),
    { seed: 2026, maxLegs: 2000 },
  )
  const phones = new Map<string, SipAutoPhone>()
  for (const name of names)
    phones.set(name, new SipAutoPhone(await stage.registered(name), stage.clock, password, 1500))
  stage.endpoint.onInbound((leg) => void leg.answer())
  stage.network.weather = { loss: 0.1, duplication: 0.01, slowestMs: 50 }

  const dialled: { leg: Leg; told: string[] }[] = []
  for (let call = 0; call < 500; call++) {
    const name = names[call % names.length]!
    const leg = stage.endpoint.dial({ userName: name })
    dialled.push({ leg, told: events(leg) })
    phones.get(name)!.call('sip:100@box')
    if (call % 10 === 9) await stage.clock.advance(100)
  }
  await stage.clock.advance(40_000)
  const talking = [...dialled.map(({ leg }) => leg), ...stage.inbound].filter(({ state }) => state === 'talking').length
  t.ok(talking > 990, `${talking} of 1000 talk`)
  t.equal(stage.inbound.length, 500, 'every call of a phone came in, and once')
  dialled.forEach(({ leg }, at) => void (at % 2 === 0 && leg.hangUp()))
  stage.inbound.forEach((leg, at) => void (at % 2 === 0 && leg.hangUp()))
  await stage.clock.advance(1000)
  for (const phone of phones.values()) phone.hangUp()
  await stage.clock.advance(150_000)

  for (const { leg } of dialled) if (leg.state !== 'ended') t.fail(`stuck: ${leg.describe()}`)
  for (const leg of stage.inbound) if (leg.state !== 'ended') t.fail(`stuck: ${leg.describe()}`)
  const ends = dialled.map(({ told }) => told.filter((one) => one.startsWith('ended')).length)
  t.same(new Set(ends), new Set([1]), 'each ended, and said so once')
  const rung = [...phones.values()].reduce((sum, phone) => sum + phone.calls.size, 0)
  t.equal(rung, 1000, 'no phone rang for a call that nobody made')
  for (const [name, phone] of phones) if (phone.live.length > 0) t.fail(`${name} is not idle`)
  t.same(leftovers(stage.endpoint.counters()), nothing)
  t.comment(`${stage.network.sent} datagrams, ${stage.network.lost} lost`)
  for (const phone of phones.values()) phone.stop()
})
