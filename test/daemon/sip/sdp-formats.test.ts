// Wideband codecs, browsers and RTCP in session descriptions: what is offered, what comes of an offer.
import t from 'tap'
import type { RtpCodec } from '../../../daemon/loop/audio.ts'
import { defaultPayloadTypes, notePayloadTypes } from '../../../daemon/sip/sdp/codecs.ts'
import { newKey } from '../../../daemon/sip/sdp/crypto.ts'
import { acceptAnswer, answerOffer, buildOffer, type LocalMedia } from '../../../daemon/sip/sdp/negotiate.ts'
import { formatSdp, parseSdp, type Sdp } from '../../../daemon/sip/sdp/sdp.ts'

const ownPrint = `${'AB:'.repeat(31)}CD`
const theirPrint = `${'12:'.repeat(31)}34`

const local = (changes: Partial<LocalMedia> = {}): LocalMedia => ({
  address: '10.0.0.1',
  candidates: ['10.0.0.1'],
  families: [4],
  port: 16384,
  codecs: ['opus', 'G722', 'PCMU'],
  payloadTypes: defaultPayloadTypes(),
  srtp: 'offered',
  keyFor: newKey,
  fingerprint: ownPrint,
  dtlsRole: undefined,
  ice: { ufrag: 'ours', password: 'our-password-is-long-enough' },
  origin: { userName: 'cordboard', sessionId: '7', version: '0', address: '10.0.0.1' },
  ...changes,
})

const head = 'v=0\r\no=- 1 1 IN IP4 10.0.0.7\r\ns=-\r\nc=IN IP4 10.0.0.7\r\nt=0 0\r\n'

function sdp(text: string): Sdp {
  const parsed = parseSdp(text)
  if (!parsed) throw new Error('the description of the test is broken')
  return parsed
}

function answer(text: string, changes: Partial<LocalMedia> = {}) {
  const result = answerOffer(sdp(text), local(changes))
  if (!result.ok) throw new Error(`refused: ${result.fault}`)
  return { ...result, text: formatSdp(result.sdp) }
}

t.test('codecs', async (t) => {
  t.test('an offer names each codec in the order of the account, and events of each clock', async (t) => {
    const text = formatSdp(buildOffer(local(), 'RTP/AVP'))
    t.match(text, /m=audio 16384 RTP\/AVP 111 9 0 101 110\r\na=rtpmap:111 opus\/48000\/2\r\na=fmtp:111 \S+\r\n/)
    t.match(text, 'a=rtpmap:9 G722/8000\r\n')
    t.match(text, /a=rtpmap:101 telephone-event\/8000\r\n[\s\S]*a=rtpmap:110 telephone-event\/48000\r\n/)
    t.match(text, 'a=rtcp-mux\r\n')
  })

  t.test('without Opus there is nothing of its clock', async (t) => {
    t.notMatch(formatSdp(buildOffer(local({ codecs: ['G722'] }), 'RTP/AVP')), '48000')
  })

  t.test('Opus by the number of the far end, with what it wants; stereo is answered in mono', async (t) => {
    const offered = `${head}m=audio 4000 RTP/AVP 96 0 97\r\na=rtpmap:96 OPUS/48000/2\r\na=fmtp:96 stereo=1; useinbandfec=1;usedtx=1;maxaveragebitrate=12000;cbr=1\r\na=rtpmap:97 telephone-event/48000\r\n`
    const { remote, text } = answer(offered)
    t.match(remote, {
      codec: 'opus',
      payloadType: 96,
      eventPayloadType: 97,
      eventClockHz: 48_000,
      opus: { inbandFec: true, dtx: true, cbr: true, maximumBitrate: 12_000 },
    })
    t.match(text, /m=audio 16384 RTP\/AVP 96 97\r\na=rtpmap:96 opus\/48000\/2\r\n/)
    t.notMatch(text, 'stereo')
  })

  t.test('what is spoken already is kept where it is offered again, and comes first in our offers', async (t) => {
    const offered = `${head}m=audio 4000 RTP/AVP 0 9 97\r\na=rtpmap:97 opus/48000/2\r\n`
    t.equal(answer(offered).remote.codec, 'PCMU')
    t.match(answer(offered, { standingCodec: 'G722' }).remote, { codec: 'G722', payloadType: 9 })
    t.match(answer(offered, { standingCodec: 'opus' }).remote, { codec: 'opus', payloadType: 97 })
    t.equal(answer(`${head}m=audio 4000 RTP/AVP 0\r\n`, { standingCodec: 'G722' }).remote.codec, 'PCMU')
    t.match(formatSdp(buildOffer(local({ standingCodec: 'PCMU' }), 'RTP/AVP')), /RTP\/AVP 0 111 9 101 110\r\n/)
  })

  t.test('Opus parameters out of bounds mean nothing', async (t) => {
    const offered = `${head}m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 maxaveragebitrate=1;useinbandfec=7;;=;x\r\n`
    t.strictSame(answer(offered).remote.opus, { inbandFec: false, dtx: false, cbr: false })
  })

  t.test('Opus of one channel or another clock is none', async (t) => {
    for (const form of ['opus/48000', 'opus/16000/2'])
      t.match(answerOffer(sdp(`${head}m=audio 4000 RTP/AVP 96\r\na=rtpmap:96 ${form}\r\n`), local()), { ok: false })
  })

  t.test('G.722 by its fixed number', async (t) => {
    t.match(answer(`${head}m=audio 4000 RTP/AVP 9\r\n`).remote, { codec: 'G722', payloadType: 9 })
  })

  t.test('comfort noise is taken where it is offered, and not with Opus', async (t) => {
    const { remote, text } = answer(`${head}m=audio 4000 RTP/AVP 0 13\r\n`)
    t.equal(remote.comfortNoisePayloadType, 13)
    t.match(text, /RTP\/AVP 0 13\r\n[\s\S]*a=rtpmap:13 CN\/8000\r\n/)
    const opus = answer(`${head}m=audio 4000 RTP/AVP 96 13\r\na=rtpmap:96 opus/48000/2\r\n`)
    t.equal(opus.remote.comfortNoisePayloadType, undefined)
  })

  for (const [lines, codec, ptimeMs] of [
    ['', 'PCMU', 20],
    ['a=ptime:30\r\n', 'PCMU', 30],
    ['a=ptime:10\r\n', 'PCMU', 10],
    ['a=ptime:5\r\n', 'PCMU', 10],
    ['a=ptime:200\r\n', 'PCMU', 60],
    ['a=ptime:60\r\na=maxptime:40\r\n', 'PCMU', 40],
    ['a=maxptime:10\r\n', 'PCMU', 10],
    ['a=ptime:x\r\n', 'PCMU', 20],
    ['a=ptime:30\r\n', 'opus', 20],
    ['a=ptime:60\r\n', 'opus', 60],
  ] as [string, RtpCodec, number][])
    t.test(`${codec} with ${JSON.stringify(lines)} goes out in packets of ${ptimeMs} ms`, async (t) => {
      const format = codec === 'opus' ? '96\r\na=rtpmap:96 opus/48000/2\r\n' : '0\r\n'
      t.equal(answer(`${head}m=audio 4000 RTP/AVP ${format}${lines}`).remote.ptimeMs, ptimeMs)
    })

  t.test('the numbers of the far end are kept in our later offers, and none has two meanings', async (t) => {
    const mine = local()
    const offered = `${head}m=audio 4000 RTP/AVP 101 111\r\na=rtpmap:101 opus/48000/2\r\na=rtpmap:111 telephone-event/48000\r\n`
    const result = answerOffer(sdp(offered), mine)
    t.ok(result.ok)
    if (result.ok) notePayloadTypes(mine.payloadTypes, result.formats)
    t.match(formatSdp(buildOffer(mine, 'RTP/AVP')), /m=audio 16384 RTP\/AVP 101 9 0 102 111\r\n/)
  })
})

t.test('RTCP', async (t) => {
  for (const [lines, rtcp] of [
    ['', { address: '10.0.0.7', port: 4001 }],
    ['a=rtcp-mux\r\n', 'mux'],
    ['a=rtcp:5000\r\n', { address: '10.0.0.7', port: 5000 }],
    ['a=rtcp:5000 IN IP4 10.0.0.9\r\n', { address: '10.0.0.9', port: 5000 }],
    ['a=rtcp:99999\r\n', undefined],
  ] as const)
    t.test(`${JSON.stringify(lines)}: ${JSON.stringify(rtcp)}`, async (t) => {
      const { remote, text } = answer(`${head}m=audio 4000 RTP/AVP 0\r\n${lines}`)
      t.strictSame(remote.rtcp, rtcp)
      t.equal(text.includes('a=rtcp-mux'), rtcp === 'mux')
    })
})

/** As a browser offers it. */
const browser = [
  `${head.replaceAll('10.0.0.7', '0.0.0.0')}a=group:BUNDLE 0 1\r\n`,
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\n',
  `a=rtpmap:111 opus/48000/2\r\na=mid:0\r\na=rtcp-mux\r\na=rtcp:9 IN IP4 0.0.0.0\r\n`,
  'a=ice-ufrag:thei\r\na=ice-pwd:their/password+isLongEnough\r\na=ice-options:trickle\r\n',
  'a=candidate:1 1 udp 2113937151 0f5d1a52.local 50000 typ host\r\n',
  'a=candidate:2 1 udp 1677729535 192.0.2.7 50001 typ srflx raddr 0.0.0.0 rport 0\r\n',
  'a=candidate:3 1 tcp 1518280447 192.0.2.7 9 typ host tcptype active\r\n',
  `a=fingerprint:sha-256 ${theirPrint}\r\na=setup:actpass\r\n`,
  'm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n',
].join('')

t.test('browsers', async (t) => {
  t.test('DTLS, ICE and one bundled stream are answered; what is not taken is refused', async (t) => {
    const { remote, text } = answer(browser)
    t.match(remote, {
      codec: 'opus',
      rtcp: 'mux',
      direction: 'sendrecv',
      dtls: { active: false, fingerprints: [{ algorithm: 'sha-256', value: theirPrint }] },
      ice: {
        ownUfrag: 'ours',
        theirUfrag: 'thei',
        theirLite: false,
        separateRtcp: false,
        candidates: [{ address: '192.0.2.7', port: 50001 }],
      },
    })
    for (const line of [
      'a=ice-lite',
      'a=group:BUNDLE 0',
      'm=audio 16384 UDP/TLS/RTP/SAVPF 111',
      'a=mid:0',
      `a=fingerprint:sha-256 ${ownPrint}`,
      'a=setup:passive',
      'a=ice-ufrag:ours',
      'a=candidate:1 1 UDP 2130706431 10.0.0.1 16384 typ host',
      'a=rtcp-mux',
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
    ])
      t.match(text, `${line}\r\n`)
  })

  t.test('a far end with candidates for RTCP is given one too', async (t) => {
    const { remote, text } = answer(`${browser.split('m=video')[0]}a=candidate:9 2 UDP 1 192.0.2.7 50002 typ host\r\n`)
    t.equal(remote.ice?.separateRtcp, true)
    t.match(text, 'a=candidate:1 2 UDP 2130706430 10.0.0.1 16385 typ host\r\n')
  })

  t.test('our role stays what it was', async (t) => {
    t.match(answer(browser, { dtlsRole: 'active' }).text, 'a=setup:active\r\n')
    t.match(answer(browser.replace('actpass', 'passive')).text, 'a=setup:active\r\n')
  })

  t.test('a far end that is lite is checked by us: then we are not', async (t) => {
    const { remote, text } = answer(browser.replace('a=group', 'a=ice-lite\r\na=group'))
    t.equal(remote.ice?.theirLite, true)
    t.notMatch(text, 'ice-lite')
  })

  for (const [name, text] of [
    ['no fingerprint', browser.replace(/a=fingerprint.*\r\n/, '')],
    ['a fingerprint that is none', browser.replace(theirPrint, '12:34')],
    ['a connection held back', browser.replace('actpass', 'holdconn')],
  ] as const)
    t.test(`refused: ${name}`, async (t) => t.match(answerOffer(sdp(text), local()), { ok: false }))

  t.test('an account without SRTP refuses', async (t) => {
    t.match(answerOffer(sdp(browser), local({ srtp: 'off' })), { ok: false, fault: 'incompatibleMedia' })
  })

  t.test('our offer, and the answer to it', async (t) => {
    const mine = local({ srtp: 'required' })
    const offer = buildOffer(mine, 'UDP/TLS/RTP/SAVPF')
    const text = formatSdp(offer)
    for (const line of ['a=ice-lite', 'a=setup:actpass', `a=fingerprint:sha-256 ${ownPrint}`, 'a=rtcp-mux'])
      t.match(text, `${line}\r\n`)
    const answered = `${head}m=audio 4000 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-mux\r\na=setup:active\r\na=fingerprint:sha-256 ${theirPrint}\r\n`
    t.match(acceptAnswer(offer, sdp(answered), mine), { ok: true, remote: { dtls: { active: false }, rtcp: 'mux' } })
    const plain = answered.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')
    t.match(acceptAnswer(offer, sdp(plain), mine), { ok: false, fault: 'srtpRequired' })
  })
})
