// Real phones (baresip) over real sockets, with the real audio thread: signing in, being called, calling, SRTP or not.
import t from 'tap'
import type { Leg } from '../../../daemon/leg/leg.ts'
import { phoneStage, phoneToneHz } from '../../support/phone-stage.ts'
import { events } from '../../support/sip-stage.ts'
import { toneCheck } from '../../support/tone-check.ts'
import { until } from '../../support/wait.ts'

t.setTimeout(180_000)

const talking = (leg: Leg) =>
  until('the leg to talk', () => leg.state === 'talking', { withinMs: 15_000, instead: () => leg.describe() })

for (const [srtp, phone, secured] of [
  ['off', 'off', 0],
  ['required', 'required', 1],
  ['offered', 'off', 0],
  ['offered', 'required', 1],
] as const)
  t.test(`the box calls a phone: account ${srtp}, phone ${phone}`, async (t) => {
    const { audio, endpoint, baresip } = await phoneStage(t, { srtp, codecs: ['PCMA', 'PCMU'] }, { srtp: phone })
    const leg = endpoint.dial({ userName: 'alice', callerAddress: '+441632960001', callerName: 'Bob' })
    const told = events(leg)
    await talking(leg)
    await baresip.established()
    t.match(baresip.events.at(-1), { peerdisplayname: 'Bob' }, 'the phone shows who calls')
    t.match(leg.describe(), srtp !== 'off' && secured === 1 ? / PCMA srtp sendrecv/ : / PCMA sendrecv/)
    await toneCheck(audio, leg, baresip, phoneToneHz)
    t.equal(baresip.securedCalls, secured)
    await baresip.sendDigits('4#')
    await until('two digits', () => told.filter((one) => one.startsWith('digit')).length === 2)
    await leg.hangUp()
    await baresip.closed()
    t.same(
      told.filter((one) => one !== 'alerted'),
      ['answered', 'digit 4', 'digit #', 'ended hangUp by us'],
    )
    t.match(endpoint.counters(), { legs: 0, dialogs: 0, registrations: 1 })
  })

t.test('SRTP is required and the phone has none: refused, nothing sounds', async (t) => {
  const { endpoint } = await phoneStage(t, { srtp: 'required' }, { srtp: 'off' })
  const leg = endpoint.dial({ userName: 'alice' })
  await until('the leg to end', () => leg.state === 'ended', { withinMs: 10_000 })
  t.match(leg.end, { reason: 'srtpRequired', blame: 'config' })
})

t.test('the phone calls the box and hangs up', async (t) => {
  const { audio, endpoint, baresip } = await phoneStage(t, { srtp: 'required' }, { srtp: 'required' })
  const legs: Leg[] = []
  endpoint.onInbound((leg) => legs.push(leg))
  await baresip.dial('100')
  const leg = await until('the call to come in', () => legs[0])
  t.match([leg.remote.address, leg.local.address], ['alice', '100'])
  const told = events(leg)
  t.equal(await leg.answer(), true)
  await toneCheck(audio, leg, baresip, phoneToneHz)
  await baresip.hangUp()
  await until('the leg to end', () => leg.state === 'ended')
  t.same(told, ['answered', 'ended hangUp by farEnd'])
})

t.test('the phone’s call is refused as busy', async (t) => {
  const { endpoint, baresip } = await phoneStage(t, {}, {})
  endpoint.onInbound((leg) => void leg.hangUp('busy'))
  await baresip.dial('100')
  t.match(await baresip.closed(), /486|[Bb]usy/)
})

t.test('a phone that rings is left alone again', async (t) => {
  const { endpoint, baresip } = await phoneStage(t, {}, { answer: 'manual' })
  const leg = endpoint.dial({ userName: 'alice' })
  await baresip.incoming()
  await until('ringing to be told', () => leg.state === 'alerting')
  await leg.hangUp('withdrawn')
  await baresip.closed()
  t.match(leg.end, { by: 'us', reason: 'withdrawn' })
})

t.test('a phone that refuses', async (t) => {
  const { endpoint, baresip } = await phoneStage(t, {}, { answer: 'manual' })
  const leg = endpoint.dial({ userName: 'alice' })
  await baresip.incoming()
  await baresip.hangUp()
  await until('the leg to end', () => leg.state === 'ended')
  t.match(leg.end, { by: 'farEnd', reason: 'busy', sipStatus: 486 })
})

t.test('a phone that signs off is reachable no more', async (t) => {
  const { endpoint, baresip } = await phoneStage(t, {}, {})
  const told: boolean[] = []
  endpoint.onReachable((_user, reachable) => told.push(reachable))
  t.ok(endpoint.reachable('alice'))
  await baresip.unregister()
  await until('the phone to be gone', () => !endpoint.reachable('alice'))
  t.same(told, [false])
})
