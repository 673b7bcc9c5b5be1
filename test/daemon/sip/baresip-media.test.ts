// Real phones (baresip) in every codec and every way to secure and find the media, called by the box and calling it.
import t from 'tap'
import type { Leg } from '../../../daemon/leg/leg.ts'
import type { SipAccount } from '../../../daemon/sip/endpoint.ts'
import type { BaresipOptions } from '../../support/baresip.ts'
import { phoneStage, phoneToneHz } from '../../support/phone-stage.ts'
import { events } from '../../support/sip-stage.ts'
import { toneCheck } from '../../support/tone-check.ts'
import { until } from '../../support/wait.ts'

t.setTimeout(180_000)

const cases: { name: string; own: Partial<SipAccount>; phone: Partial<BaresipOptions>; described: RegExp }[] = [
  { name: 'G.722', own: { codecs: ['G722'] }, phone: { codecs: ['G722'] }, described: / G722 sendrecv/ },
  { name: 'Opus', own: { codecs: ['opus', 'PCMU'] }, phone: { codecs: ['opus', 'PCMU'] }, described: / opus sendrecv/ },
  {
    name: 'Opus by SDES',
    own: { codecs: ['opus'], srtp: 'required' },
    phone: { codecs: ['opus'], srtp: 'required' },
    described: / opus srtp/,
  },
  {
    name: 'DTLS-SRTP',
    own: { srtp: 'required', media: 'dtls' },
    phone: { srtp: 'dtls' },
    described: / PCM[UA] srtp/,
  },
  {
    name: 'DTLS-SRTP and ICE',
    own: { srtp: 'required', media: 'dtls', codecs: ['opus'] },
    phone: { srtp: 'dtls', ice: true, codecs: ['opus'] },
    described: / opus srtp/,
  },
  { name: 'SDES over IPv6', own: { srtp: 'required' }, phone: { host: '::1', srtp: 'required' }, described: / srtp/ },
  {
    name: 'DTLS-SRTP and ICE over IPv6',
    own: { srtp: 'required', media: 'dtls' },
    phone: { host: '::1', srtp: 'dtls', ice: true },
    described: / srtp/,
  },
]

for (const { name, own, phone, described } of cases) {
  t.test(`the box calls a phone: ${name}`, async (t) => {
    const { audio, endpoint, baresip } = await phoneStage(t, own, phone)
    const leg = endpoint.dial({ userName: 'alice' })
    const told = events(leg)
    await until('the leg to talk', () => leg.state === 'talking', { withinMs: 15_000, instead: () => leg.describe() })
    t.match(leg.describe(), described)
    await toneCheck(audio, leg, baresip, phoneToneHz)
    await baresip.sendDigits('4')
    await until('the digit', () => told.includes('digit 4'))
    await audio.sendDigits(leg.portId!, '7')
    await until('the phone to see the digit', () => baresip.digitsHeard.includes('7'))
    await leg.hangUp()
    await baresip.closed()
    t.match(leg.mediaQuality, { packetsLost: 0, codec: /^(opus|G722|PCM[UA])$/ })
    t.ok(leg.mediaQuality!.packetsReceived > 50)
    t.match(endpoint.counters(), { legs: 0, dialogs: 0 })
  })

  t.test(`a phone calls the box: ${name}`, async (t) => {
    const { audio, endpoint, baresip } = await phoneStage(t, own, phone)
    const legs: Leg[] = []
    endpoint.onInbound((leg) => legs.push(leg))
    await baresip.dial('100')
    const leg = await until('the call to come in', () => legs[0])
    t.equal(await leg.answer(), true)
    t.match(leg.describe(), described)
    await toneCheck(audio, leg, baresip, phoneToneHz)
    await baresip.hangUp()
    await until('the leg to end', () => leg.state === 'ended')
  })
}
