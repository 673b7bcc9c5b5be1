// Branches never repeat, however unlucky the draw: no call takes another's responses.
import t from 'tap'
import { SipAutoPhone } from '../../support/sip-auto-phone.ts'
import { account, events, password, sipStage } from '../../support/sip-stage.ts'

t.test('with dice that always fall alike, each of two calls is rung, answered, hung up and forgotten', async (t) => {
  const dice = Math.random
  Math.random = () => 0.5
  t.teardown(() => {
    Math.random = dice
  })
  const stage = await sipStage(t, [account('alice'), account('bob')])
  const phones = [
    new SipAutoPhone(await stage.registered('alice'), stage.clock, password, 1000),
    new SipAutoPhone(await stage.registered('bob'), stage.clock, password, 1000),
  ]
  const legs = ['alice', 'bob'].map((userName) => stage.endpoint.dial({ userName }))
  const told = legs.map(events)
  await stage.clock.advance(2000)
  t.same(
    legs.map(({ state }) => state),
    ['talking', 'talking'],
  )
  for (const leg of legs) void leg.hangUp()
  await stage.clock.advance(100)
  t.same(told, [
    ['alerted', 'answered', 'ended hangUp by us'],
    ['alerted', 'answered', 'ended hangUp by us'],
  ])
  await stage.clock.advance(60_000)
  const { dialogs, routes, transactions, lingeringTransactions } = stage.endpoint.counters()
  t.same(
    { dialogs, routes, transactions, lingeringTransactions },
    {
      dialogs: 0,
      routes: 0,
      transactions: 0,
      lingeringTransactions: 0,
    },
  )
  for (const phone of phones) phone.stop()
})
