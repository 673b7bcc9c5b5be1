// Calls that flows make: to a third party and back, and back to a customer who asked for it. A caller on a simulated
// line, an agent at a real SIP phone, the outside world behind a carrier, each with a tone of its own.
import t, { type Test } from 'tap'
import { Baresip } from '../support/baresip.ts'
import { type Box, startBox } from '../support/box.ts'
import { freePorts } from '../support/free-ports.ts'
import { numbers, prompts } from '../support/instance.ts'
import { heardWhole } from '../support/marks.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'

t.setTimeout(120_000)

const [callerHz, annHz, outsideHz] = [620, 1020, 1180]
const customer = '+442079460555'

async function scene(t: Test, outsideNumber: string): Promise<{ box: Box; outside: Baresip }> {
  const sipPort = await freePorts(3)
  const link = { name: 'north', host: '127.0.0.1', port: sipPort, optionsIntervalS: 2, channels: 3 }
  const box = await startBox(t, {
    lines: Object.keys(numbers).length,
    agents: [{ userName: 'ann', srtp: 'off' }],
    carriers: { carriers: [{ name: 'telco', links: [link] }] },
  })
  const outside = await Baresip.start({
    userName: outsideNumber,
    password: 'none',
    box: box.instance.sipAddress,
    register: false,
    sipPort,
    toneHz: outsideHz,
    answer: 'manual',
  })
  t.teardown(() => outside.stop())
  await box.daemon.shows('the link to be up', ({ links }) => links[0]?.state === 'up')
  return { box, outside }
}

t.test('a flow calls a third party, keys in digits, joins the two, and goes on when the third has left', async (t) => {
  const { box, outside } = await scene(t, '+442079460777')
  const caller = await box.call({ number: customer, port: 5 })
  await caller.answered()
  await outside.incoming()
  await outside.accept()
  await caller.says(callerHz, 30_000)
  await until('the third party to hear the caller', () => tonePresentMs(outside.heard(), callerHz) >= 1000)
  await until('the caller to hear the third party', () => tonePresentMs(caller.heard(), outsideHz) >= 1000)
  t.equal(outside.digitsHeard, '12')
  await outside.hangUp()
  await until('the flow to go on', () => heardWhole(caller.heard(), prompts.menu))
  await caller.released()
  t.match(await box.daemon.completedRecord(), {
    DisconnectReason: 'CONTACT_FLOW_DISCONNECT',
    TransferredToEndpoint: { Address: '+442079460777' },
    Agent: null,
  })
  await box.isAsBefore()
})

t.test('a caller is called back: first the agent, then the customer, and both hear each other', async (t) => {
  const { box, outside } = await scene(t, customer)
  const ann = await box.phone({ userName: 'ann', toneHz: annHz })
  const caller = await box.call({ number: customer, port: 6 })
  await caller.released()
  await ann.incoming()
  t.equal(outside.events.filter(({ type }) => type === 'CALL_INCOMING').length, 0, 'nobody is called before the agent')
  await ann.accept()
  await outside.incoming()
  await outside.accept()
  await until('Ann to hear the customer', () => tonePresentMs(ann.heard(), outsideHz) >= 1000)
  await until('the customer to hear Ann', () => tonePresentMs(outside.heard(), annHz) >= 1000)
  await outside.hangUp()
  await ann.closed()
  const records = await until('two completed records', async () => {
    const all = await box.daemon.records()
    return all.length === 2 && all.every(({ Cordboard }) => Cordboard.state === 'completed') && all
  })
  const callback = records.find(({ InitiationMethod }) => InitiationMethod === 'CALLBACK')
  const inbound = records.find(({ InitiationMethod }) => InitiationMethod === 'INBOUND')
  t.match(inbound, { NextContactId: callback?.ContactId, DisconnectReason: 'CONTACT_FLOW_DISCONNECT' })
  t.match(callback, {
    PreviousContactId: inbound?.ContactId,
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    CustomerEndpoint: { Address: customer },
    SystemEndpoint: { Address: Object.keys(numbers)[0] },
    Queue: { Name: 'Support' },
    Agent: { Username: 'ann' },
  })
})
