// Calls from and to the telephone network over a carrier: the whole daemon, real SIP programs as the carrier and as the
// agent's phone, a tone of its own from each.
import t, { type Test } from 'tap'
import { UdpSocket } from '../../daemon/sip/transport/udp-socket.ts'
import { Baresip } from '../support/baresip.ts'
import { type Box, startBox } from '../support/box.ts'
import { freePorts } from '../support/free-ports.ts'
import { musicHz, prompts } from '../support/instance.ts'
import { heardWhole, longestMs } from '../support/marks.ts'
import { plainSdp, SipPeer } from '../support/sip-peer.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'

t.setTimeout(120_000)

const customer = '+442079460555'
const customerHz = 620
const annHz = 1020
const main = '+442079460001'

interface Scene {
  box: Box
  /** The carrier, and the customer behind it. */
  carrier: Baresip
  ann: Baresip
}

async function scene(t: Test, answer: 'auto' | 'manual'): Promise<Scene> {
  const sipPort = await freePorts(3)
  const link = { name: 'north', host: '127.0.0.1', port: sipPort, optionsIntervalS: 2, channels: 3 }
  const box = await startBox(t, {
    agents: [{ userName: 'ann', srtp: 'off' }],
    carriers: { carriers: [{ name: 'telco', links: [link] }] },
  })
  const carrier = await Baresip.start({
    userName: customer,
    password: 'none',
    box: box.instance.sipAddress,
    register: false,
    sipPort,
    toneHz: customerHz,
    answer,
  })
  t.teardown(() => carrier.stop())
  await box.daemon.shows('the link to be up', ({ links }) => links[0]?.state === 'up')
  const ann = await box.phone({ userName: 'ann', toneHz: annHz })
  return { box, carrier, ann }
}

async function hearEachOther({ carrier, ann }: Scene): Promise<void> {
  await until('Ann to hear the customer', () => tonePresentMs(ann.heard(), customerHz) >= 1000)
  await until('the customer to hear Ann', () => tonePresentMs(carrier.heard(), annHz) >= 1000)
}

t.test('a customer calls over the carrier: prompts, queue, agent, and both hear each other', async (t) => {
  const all = await scene(t, 'auto')
  const { box, carrier, ann } = all
  await carrier.dial(main)
  await carrier.established()
  await until('the customer to be asked', () => longestMs(carrier.heard(), prompts.question.endHz) >= 100)
  await carrier.sendDigits('1')
  await ann.incoming()
  await until('the customer to hear music', () => tonePresentMs(carrier.heard(), musicHz) >= 500)
  await ann.accept()
  await hearEachOther(all)
  t.ok(heardWhole(carrier.heard(), prompts.menu), 'the prompt is heard whole')
  await box.daemon.shows('one call on the link', ({ links }) => links[0]?.calls === 1)
  await carrier.hangUp()
  await ann.closed()
  const record = await box.daemon.completedRecord()
  t.match(record, {
    InitiationMethod: 'INBOUND',
    CustomerEndpoint: { Address: customer },
    SystemEndpoint: { Address: main },
    Attributes: { pressed: '1' },
    Agent: { Username: 'ann' },
  })
  for (const party of ['Customer', 'Agent'] as const) {
    const media = record.Cordboard.media?.[party]
    t.match(media, { codec: /^PCM[UA]$/ }, `how ${party} was heard`)
    t.ok((media?.packetsReceived ?? 0) >= 50, `${media?.packetsReceived} packets`)
  }
  await box.daemon.shows('no call on the link', ({ links }) => links[0]?.calls === 0)
})

t.test('the agent dials a customer as one dials here, and both hear each other', async (t) => {
  const all = await scene(t, 'auto')
  const { box, carrier, ann } = all
  await ann.dial('02079460555')
  await carrier.established()
  await hearEachOther(all)
  const shown = carrier.events.find(({ peeruri }) => peeruri !== undefined)?.peeruri
  t.match(shown, `sip:${main}@`, 'the customer is shown a number of the instance')
  t.equal(longestMs(carrier.heard(), customerHz), 0, 'nobody hears the own tone')
  await ann.hangUp()
  await carrier.closed()
  await box.daemon.shows('no call on the link', ({ links }) => links[0]?.calls === 0)
})

t.test('toll fraud: strangers and agents who reach too far get nothing, and each try is counted', async (t) => {
  const all = await scene(t, 'auto')
  const { box, carrier, ann } = all
  const [address = '', port = '0'] = box.instance.sipAddress.split(':')
  const stranger = await SipPeer.open(
    'stranger',
    new UdpSocket((fault) => t.fail(fault.message)),
    { address: '127.0.0.1', port: 0 },
    { address, port: Number(port) },
  )
  t.teardown(() => stranger.close())
  for (const from of [`sip:${customer}@127.0.0.1`, `sip:ann@${box.instance.sipAddress}`]) {
    for (const to of [main, '+12125550123', '900442079460999']) {
      const lines = [`From: <${from}>;tag=1`, `P-Asserted-Identity: <${from}>`]
      await stranger.send(stranger.make('INVITE', `sip:${to}@${box.instance.sipAddress}`, { body: plainSdp(), lines }))
      await stranger.nextResponse(401)
    }
  }
  await ann.dial('+12125550123')
  await ann.closed()
  const { counters, contacts, links } = await box.daemon.shows(
    'the agent’s call to be refused',
    (status) => (status.counters.outbound?.['refused.notAllowed'] ?? 0) > 0,
  )
  t.ok((counters.sip?.authChallenges ?? 0) >= 6, 'each stranger was asked who it is')
  t.equal(counters.outbound?.calls ?? 0, 0)
  t.same(contacts, [])
  t.match(links, [{ calls: 0 }])
  t.same(
    carrier.events.filter(({ type }) => type.startsWith('CALL_')),
    [],
    'the carrier never heard of any',
  )
  t.match(box.daemon.log, /"reason":"notAllowed".*outbound call refused/)
})
