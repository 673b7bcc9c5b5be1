// Session descriptions: what is read, what is refused, what comes of offer and answer.
import t from 'tap'
import { defaultPayloadTypes } from '../../../daemon/sip/sdp/codecs.ts'
import { formatCrypto, newKey, parseCrypto } from '../../../daemon/sip/sdp/crypto.ts'
import { type Direction, directionOf, mirrored } from '../../../daemon/sip/sdp/direction.ts'
import {
  acceptAnswer,
  answerOffer,
  buildOffer,
  type LocalMedia,
  type SrtpPolicy,
} from '../../../daemon/sip/sdp/negotiate.ts'
import { formatSdp, parseSdp, type Sdp } from '../../../daemon/sip/sdp/sdp.ts'

const key = newKey('AES_CM_128_HMAC_SHA1_80')
const ownKeys = [key, newKey('AES_CM_128_HMAC_SHA1_32'), newKey('AEAD_AES_128_GCM'), newKey('AEAD_AES_256_GCM')]
const theirKey = newKey('AES_CM_128_HMAC_SHA1_80')

const fingerprint = `${'AB:'.repeat(31)}CD`

const local = (srtp: SrtpPolicy = 'off', codecs: LocalMedia['codecs'] = ['PCMU', 'PCMA']): LocalMedia => ({
  address: '10.0.0.1',
  candidates: ['10.0.0.1'],
  families: [4],
  port: 16384,
  codecs,
  srtp,
  payloadTypes: defaultPayloadTypes(),
  keyFor: (suite) => ownKeys.find((one) => one.suite === suite)!,
  fingerprint,
  dtlsRole: undefined,
  ice: { ufrag: 'ours', password: 'our-password-is-long-enough' },
  origin: { userName: 'cordboard', sessionId: '7', version: '0', address: '10.0.0.1' },
})

const head = 'v=0\r\no=- 1 1 IN IP4 10.0.0.7\r\ns=-\r\nc=IN IP4 10.0.0.7\r\nt=0 0\r\n'
const crypto = `a=crypto:${formatCrypto({ tag: 3, key: theirKey })}\r\n`

function sdp(text: string): Sdp {
  const parsed = parseSdp(text)
  if (!parsed) throw new Error('the description of the test is broken')
  return parsed
}

t.test('what is read is written again the same', async (t) => {
  const text = `${head}a=sendrecv\r\nm=audio 4000 RTP/AVP 0 101\r\nc=IN IP4 10.0.0.8\r\na=rtpmap:0 PCMU/8000\r\na=rtcp-mux\r\nm=video 0 RTP/AVP 99\r\n`
  t.equal(formatSdp(sdp(text)), text)
})

t.test('IPv6, bare newlines, and lines of no interest', async (t) => {
  const read = sdp('v=0\no=- 1 1 IN IP6 fd00::7\ns= \ni=x\nb=AS:64\nc=IN IP6 fd00::7\nt=0 0\nm=audio 4000 RTP/AVP 0\n')
  t.equal(read.address, 'fd00::7')
  t.match(formatSdp(read), 'c=IN IP6 fd00::7')
})

for (const [name, text] of [
  ['nothing', ''],
  ['another version', head.replace('v=0', 'v=1')],
  ['no origin', head.replace(/o=.*\r\n/, '')],
  ['an origin that is none', head.replace(/o=.*\r\n/, 'o=x\r\n')],
  ['a line that is none', `${head}hello\r\n`],
  ['a zero byte', `${head}a=x\0y\r\n`],
  ['a medium without format', `${head}m=audio 4000 RTP/AVP\r\n`],
  ['a port that is none', `${head}m=audio 70000 RTP/AVP 0\r\n`],
  ['an address that is none', head.replace('c=IN IP4 10.0.0.7', 'c=IN IP4 10.0.0.7/127/3 x')],
  ['too many media', head + 'm=audio 4000 RTP/AVP 0\r\n'.repeat(17)],
  ['too many formats', `${head}m=audio 4000 RTP/AVP${' 0'.repeat(65)}\r\n`],
  ['too many lines', head + 'a=x\r\n'.repeat(300)],
  ['too long', `${head}a=${'x'.repeat(9000)}\r\n`],
] as const)
  t.test(`refused: ${name}`, async (t) => t.equal(parseSdp(text), undefined))

t.test('direction', async (t) => {
  const media = (lines: string, address = '10.0.0.7') =>
    sdp(`${head.replace('c=IN IP4 10.0.0.7', `c=IN IP4 ${address}`)}${lines}`)
  for (const [offered, lines, address, ours] of [
    ['sendrecv', 'm=audio 1 RTP/AVP 0\r\n', '10.0.0.7', 'sendrecv'],
    ['sendonly', 'm=audio 1 RTP/AVP 0\r\na=sendonly\r\n', '10.0.0.7', 'recvonly'],
    ['recvonly', 'm=audio 1 RTP/AVP 0\r\na=recvonly\r\n', '10.0.0.7', 'sendonly'],
    ['inactive', 'm=audio 1 RTP/AVP 0\r\na=inactive\r\n', '10.0.0.7', 'inactive'],
    ['sendonly', 'a=sendonly\r\nm=audio 1 RTP/AVP 0\r\n', '10.0.0.7', 'recvonly'],
    ['sendrecv', 'a=sendonly\r\nm=audio 1 RTP/AVP 0\r\na=sendrecv\r\n', '10.0.0.7', 'sendrecv'],
    ['sendonly', 'm=audio 1 RTP/AVP 0\r\n', '0.0.0.0', 'recvonly'],
    ['sendonly', 'm=audio 1 RTP/AVP 0\r\na=sendonly\r\n', '0.0.0.0', 'recvonly'],
    ['inactive', 'm=audio 1 RTP/AVP 0\r\na=recvonly\r\n', '0.0.0.0', 'inactive'],
  ] as [Direction, string, string, Direction][]) {
    const read = media(lines, address)
    t.equal(directionOf(read, read.media[0]!), offered)
    t.equal(mirrored[offered], ours, `${lines} ${address}`)
  }
})

t.test('keys', async (t) => {
  const value = formatCrypto({ tag: 3, key: theirKey })
  t.same(parseCrypto(value), { tag: 3, key: theirKey })
  t.same(parseCrypto(`${value}|2^20`)?.tag, 3, 'a lifetime is no matter')
  t.same(parseCrypto(`${value} WSH=128`)?.tag, 3)
  for (const [name, other] of [
    ['another suite', value.replace('AES_CM_128_HMAC_SHA1_80', 'F8_128_HMAC_SHA1_80')],
    ['a master key identifier', `${value}|2^20|1:4`],
    ['two keys', `${value};inline:${Buffer.alloc(30).toString('base64')}`],
    ['a short key', '1 AES_CM_128_HMAC_SHA1_80 inline:AAAA'],
    ['no encryption', `${value} UNENCRYPTED_SRTP`],
    ['another key derivation rate', `${value} KDR=1`],
    ['no tag', value.slice(2)],
  ] as const)
    t.equal(parseCrypto(other), undefined, name)
})

t.test('answers', async (t) => {
  const avp = `${head}m=audio 4000 RTP/AVP 18 8 0 96\r\na=rtpmap:18 G729/8000\r\na=rtpmap:96 telephone-event/8000\r\n`
  const savp = `${head}m=audio 4000 RTP/SAVP 0\r\n${crypto}`
  const both = `${savp}m=audio 4002 RTP/AVP 0\r\n`

  t.test('the caller’s first choice among ours, and its number for digits', async (t) => {
    const answer = answerOffer(sdp(avp), local())
    t.match(answer, {
      ok: true,
      remote: { codec: 'PCMA', payloadType: 8, eventPayloadType: 96, address: '10.0.0.7', port: 4000 },
    })
    t.match(
      answer.ok && formatSdp(answer.sdp),
      /m=audio 16384 RTP\/AVP 8 96\r\na=rtpmap:8 PCMA\/8000\r\na=rtpmap:96 telephone-event\/8000\r\n/,
    )
  })

  t.test('only what the account allows', async (t) => {
    t.match(answerOffer(sdp(avp), local('off', ['PCMU'])), { ok: true, remote: { codec: 'PCMU' } })
  })

  t.test('a codec by a number of its own', async (t) => {
    const text = `${head}m=audio 4000 RTP/AVP 111\r\na=rtpmap:111 pcmu/8000/1\r\n`
    t.match(answerOffer(sdp(text), local()), { ok: true, remote: { codec: 'PCMU', payloadType: 111 } })
  })

  t.test('a well-known number that was given away', async (t) => {
    const text = `${head}m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 speex/8000\r\n`
    t.match(answerOffer(sdp(text), local()), { ok: false, fault: 'incompatibleMedia' })
  })

  t.test('digits of the codec’s clock before those of the other, which is told', async (t) => {
    const mixed = `${head}m=audio 4000 RTP/AVP 0 96 97\r\na=rtpmap:96 telephone-event/48000\r\n`
    const answer = (text: string) => answerOffer(sdp(text), local())
    t.match(answer(mixed), { remote: { eventPayloadType: 96, eventClockHz: 48_000 } })
    t.match(answer(`${mixed}a=rtpmap:97 telephone-event/8000\r\n`), {
      remote: { eventPayloadType: 97, eventClockHz: 8000 },
    })
    const strange = answer(mixed.replace('48000', '44100'))
    t.equal(strange.ok && strange.remote.eventPayloadType, undefined)
  })

  t.test('what is not taken keeps its line, with port 0', async (t) => {
    const text = `${head}m=video 5000 RTP/AVP 99\r\na=rtpmap:99 H264/90000\r\nm=audio 4000 RTP/AVP 0\r\nm=audio 4002 RTP/AVP 0\r\n`
    const answer = answerOffer(sdp(text), local())
    t.match(
      answer.ok && formatSdp(answer.sdp),
      /m=video 0 RTP\/AVP 99\r\nm=audio 16384 RTP\/AVP 0\r\n[\s\S]*m=audio 0 RTP\/AVP 0\r\n$/,
    )
  })

  for (const [policy, name, text, result] of [
    ['off', 'plain', avp, 'plain'],
    ['off', 'secure', savp, 'incompatibleMedia'],
    ['off', 'both', both, 'plain'],
    ['offered', 'plain', avp, 'plain'],
    ['offered', 'secure', savp, 'secure'],
    ['offered', 'both', both, 'secure'],
    ['required', 'plain', avp, 'srtpRequired'],
    ['required', 'secure', savp, 'secure'],
    ['required', 'both', both, 'secure'],
    ['required', 'keys in the plain profile', avp + crypto, 'srtpRequired'],
    ['offered', 'keys in the plain profile', avp + crypto, 'plain'],
    ['offered', 'the secure profile without keys', savp.replace(crypto, ''), 'incompatibleMedia'],
    ['offered', 'a feedback profile', avp.replace('RTP/AVP', 'RTP/AVPF'), 'plain'],
    ['offered', 'a profile nobody knows', avp.replace('RTP/AVP', 'RTP/XAVP'), 'incompatibleMedia'],
    ['off', 'no audio', head, 'incompatibleMedia'],
    ['off', 'audio refused', avp.replace('4000', '0'), 'incompatibleMedia'],
    [
      'off',
      'a host name for an address',
      avp.replace('c=IN IP4 10.0.0.7', 'c=IN IP4 example.com'),
      'incompatibleMedia',
    ],
  ] as const)
    t.test(`SRTP ${policy}, offered ${name}: ${result}`, async (t) => {
      const answer = answerOffer(sdp(text), local(policy))
      if (!answer.ok) {
        t.equal(answer.fault, result)
        return
      }
      t.equal(answer.remote.sendKey ? 'secure' : 'plain', result)
      if (result !== 'secure') return
      t.same(answer.remote.sendKey, key)
      t.same(answer.remote.receiveKey, theirKey)
      t.match(formatSdp(answer.sdp), `a=crypto:${formatCrypto({ tag: 3, key })}`)
    })
})

for (const [at, ours] of ownKeys.entries())
  t.test(`keys by ${ours.suite}: offered by the far end, and chosen from our offer`, async (t) => {
    const theirs = newKey(ours.suite)
    const line = (tag: number) => `a=crypto:${formatCrypto({ tag, key: theirs })}\r\n`
    const mine = local('required')
    const answer = answerOffer(sdp(`${head}m=audio 4000 RTP/SAVP 0\r\n${line(9)}`), mine)
    t.match(answer, { ok: true, remote: { sendKey: ours, receiveKey: theirs } })
    t.match(answer.ok && formatSdp(answer.sdp), `a=crypto:${formatCrypto({ tag: 9, key: ours })}`)
    const chosen = sdp(`${head}m=audio 4000 RTP/SAVP 0\r\n${line(at + 1)}`)
    const accepted = acceptAnswer(buildOffer(mine, 'RTP/SAVP'), chosen, mine)
    t.match(accepted, { ok: true, remote: { sendKey: ours, receiveKey: theirs } })
  })

t.test('answers to our offer', async (t) => {
  const offer = buildOffer(local('required'), 'RTP/SAVP')
  t.match(
    formatSdp(offer),
    /m=audio 16384 RTP\/SAVP 0 8 101\r\n[\s\S]*a=crypto:1 \S+_80 [\s\S]*a=crypto:2 \S+_32 [\s\S]*a=crypto:3 \S+_128_GCM [\s\S]*a=crypto:4 \S+_256_GCM [\s\S]*a=ptime:20\r\na=sendrecv\r\n$/,
  )
  const good = `${head}m=audio 4000 RTP/SAVP 8\r\na=crypto:${formatCrypto({ tag: 1, key: theirKey })}\r\n`
  t.match(acceptAnswer(offer, sdp(good), local('required')), {
    ok: true,
    remote: { codec: 'PCMA', sendKey: key, receiveKey: theirKey },
  })
  const plain = `${head}m=audio 4000 RTP/AVP 0\r\n`
  t.match(acceptAnswer(offer, sdp(plain), local('required')), { ok: false, fault: 'srtpRequired' })
  t.match(
    acceptAnswer(offer, sdp(good.replace('crypto:1', 'crypto:2')), local('required')),
    { ok: false },
    'tag and suite disagree',
  )
  t.match(
    acceptAnswer(offer, sdp(`${good}m=audio 1 RTP/AVP 0\r\n`), local('required')),
    { ok: false },
    'a medium we did not offer',
  )
  t.match(acceptAnswer(offer, sdp(head), local('required')), { ok: false })
})
