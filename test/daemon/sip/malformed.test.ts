// Broken, odd and hostile messages, most of them after RFC 4475 (whose names they keep). Each is answered or dropped
// as the RFC says, and the box is as well as before: the next sound request is served.
import t from 'tap'
import { header } from '../../../daemon/sip/wire/wire-message.ts'
import { plainSdp, type SipPeer } from '../../support/sip-peer.ts'
import { account, type Stage, sipStage } from '../../support/sip-stage.ts'

interface Parts {
  start?: string
  via?: string
  from?: string
  to?: string
  callId?: string
  cseq?: string
  contact?: string
  more?: string[]
  length?: string
  body?: string
  without?: string[]
}

/** An INVITE (unless said otherwise) as raw text, sound where nothing is said. */
function raw(parts: Parts = {}): string {
  const method = parts.start?.split(' ')[0] ?? 'INVITE'
  const body = parts.body ?? plainSdp()
  const lines: [string, string][] = [
    ['Via', parts.via ?? 'SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKtorture;rport'],
    ['From', parts.from ?? '<sip:alice@box>;tag=t'],
    ['To', parts.to ?? '<sip:100@box>'],
    ['Call-ID', parts.callId ?? 'torture@10.0.0.7'],
    ['CSeq', parts.cseq ?? `1 ${method}`],
    ['Contact', parts.contact ?? '<sip:alice@10.0.0.7>'],
    ['Max-Forwards', '70'],
    ['Content-Type', 'application/sdp'],
    ['Content-Length', parts.length ?? String(body.length)],
  ]
  const kept = lines.filter(([name]) => !parts.without?.includes(name)).map(([name, value]) => `${name}: ${value}`)
  return [parts.start ?? 'INVITE sip:100@box SIP/2.0', ...kept, ...(parts.more ?? []), '', body].join('\r\n')
}

/** 401 is how a sound request of a stranger is answered: everything before that found nothing wrong with it. */
const sound = 401

type Case = [name: string, text: string, answer: number | string]

const cases: Case[] = [
  // Valid, however odd.
  [
    'wsinv: folded lines, compact and mixed-case names, odd spacing',
    [
      'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
      'TO :',
      ' sip:vivekg@chair-dnrc.example.com   ',
      'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
      '  ;',
      '  tag = 98asjd8',
      'MaX-fOrWaRdS: 0068',
      'Call-ID: wsinv.ndaksdj@192.0.2.1',
      'Content-Length   : 0',
      'cseq: 0009',
      '  INVITE',
      's :',
      'NewFangledHeader:   newfangled value',
      ' continued newfangled value',
      'v:  SIP  / 2.0  / UDP     192.0.2.2;branch=390skdjuw',
      'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
      '      newvalue ;',
      '  secondparam ; q = 0.33',
      '',
      '',
    ].join('\r\n'),
    sound,
  ],
  ['esc01: escapes that equal what they stand for', raw({ start: 'INVITE sip:1%30%30@box SIP/2.0' }), sound],
  ['escnull: a zero byte, escaped, in the user part', raw({ start: 'INVITE sip:null-%00-null@box SIP/2.0' }), sound],
  ['esc02: a percent sign that begins no escape', raw({ start: 'INVITE sip:100%@box SIP/2.0' }), sound],
  ['lwsdisp: no space before the bracket', raw({ from: 'caller<sip:caller@example.com>;tag=323' }), sound],
  [
    'longreq: very long fields',
    raw({ from: `"${'I have a user name of '.repeat(60)}" <sip:${'a'.repeat(900)}@box>;tag=${'1'.repeat(300)}` }),
    sound,
  ],
  ['dblreq: bytes after the body', `${raw()}REGISTER sip:box SIP/2.0\r\n\r\n`, sound],
  ['semiuri: a semicolon in the user part', raw({ start: 'INVITE sip:user;par=u%40example.net@box SIP/2.0' }), sound],
  ['transports: a transport nobody knows', raw({ via: 'SIP/2.0/UNKNOWN 10.0.0.7:5060;branch=z9hG4bKx;rport' }), sound],
  [
    'cparam01: a Contact parameter nobody knows',
    raw({ contact: '<sip:+19725552222@gw1.example.net>;unknownparam' }),
    sound,
  ],
  ['inv2543: no branch, no magic cookie', raw({ via: 'SIP/2.0/UDP 10.0.0.7;rport' }), sound],
  ['badbranch: nothing after the magic cookie', raw({ via: 'SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bK;rport' }), sound],
  ['zeromf: Max-Forwards 0', raw({ without: ['Max-Forwards'], more: ['Max-Forwards: 0'] }), sound],
  // Broken.
  ['badinv01: stray separators', raw({ contact: '"Joe" <sip:joe@example.org>;;;;' }), 400],
  ['clerr: Content-Length beyond the datagram', raw({ length: '9999' }), 400],
  ['ncl: negative Content-Length', raw({ length: '-999' }), 400],
  ['mcl01: two Content-Lengths', raw({ more: ['Content-Length: 5'] }), 400],
  ['scalar02: numbers beyond their range', raw({ cseq: '36893488147419103232 INVITE' }), 400],
  ['quotbal: an open quote', raw({ to: '"Mr. J. User <sip:j.user@example.com>' }), 400],
  ['ltgtruri: brackets around the Request-URI', raw({ start: 'INVITE <sip:user@example.com> SIP/2.0' }), 400],
  ['lwsruri: a space in the Request-URI', raw({ start: 'INVITE sip:user@example.com; lr SIP/2.0' }), 400],
  ['lwsstart: spaces in the request line', raw({ start: 'INVITE  sip:user@example.com  SIP/2.0' }), 400],
  ['trws: a space at the end of the request line', raw({ start: 'INVITE sip:user@example.com SIP/2.0 ' }), 400],
  ['escruri: headers in the Request-URI', raw({ start: 'INVITE sip:user@example.com?Route=%3Csip:x%3E SIP/2.0' }), 400],
  ['regbadct: a Contact that needs brackets', raw({ contact: 'sip:user@example.com?Route=%3Csip:x%3E' }), 400],
  ['badaspec: spaces in the address', raw({ to: '"Watson, Thomas" < sip:t.watson@example.org >' }), 400],
  ['baddn: a display name that needs quotes', raw({ from: 'Bell, Alexander <sip:a.g.bell@example.com>;tag=43' }), 400],
  ['badvers: SIP/7.0', raw({ start: 'INVITE sip:user@example.com SIP/7.0' }), 505],
  ['mismatch01: CSeq of another method', raw({ cseq: '8 OPTIONS' }), 400],
  ['insuf: no Call-ID', raw({ without: ['Call-ID'] }), 400],
  ['insuf: no To', raw({ without: ['To'] }), 400],
  ['insuf: no Contact', raw({ without: ['Contact'] }), 400],
  ['multi01: two From', raw({ more: ['From: <sip:other@box>;tag=z'] }), 400],
  ['no end of the headers', raw().split('\r\n\r\n')[0]!, 400],
  ['a zero byte in a header', raw({ more: ['Subject: a\0b'] }), 400],
  // Not for us.
  [
    'intmeth: a method nobody knows',
    raw({ start: "!interesting-Method0123456789_*+`.%indeed'~ sip:100@box SIP/2.0" }),
    501,
  ],
  [
    'mismatch02: an unknown method and another in CSeq',
    raw({ start: 'NEWMETHOD sip:100@box SIP/2.0', cseq: '8 INVITE' }),
    400,
  ],
  ['a method that is not allowed', raw({ start: 'SUBSCRIBE sip:100@box SIP/2.0' }), 405],
  ['unkscm: an unknown scheme', raw({ start: 'INVITE nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0' }), 416],
  ['novelsc: a known scheme that is not ours', raw({ start: 'INVITE soap.beep://192.0.2.103:3002 SIP/2.0' }), 416],
  [
    'unksm2: a To of another scheme in REGISTER',
    raw({ start: 'REGISTER sip:box SIP/2.0', to: '<isbn:2983792873>' }),
    400,
  ],
  [
    'bext01: extensions required that nobody has',
    raw({ more: ['Require: nothingSupportsThis, nothingSupportsThisEither'] }),
    420,
  ],
  [
    'invut: a body of unknown type',
    raw({ without: ['Content-Type'], more: ['Content-Type: application/unknownformat'] }),
    415,
  ],
  ['a body in an encoding', raw({ more: ['Content-Encoding: gzip'] }), 415],
  [
    'regaut01: an unknown authorization scheme',
    raw({ more: ['Authorization: NoOneKnowsThisScheme opaque-data=here'] }),
    401,
  ],
  ['sdp01: session descriptions not accepted', raw({ more: ['Accept: text/nobodyKnowsThis'] }), 406],
  // Dropped.
  [
    'bigcode: a status beyond 699',
    'SIP/2.0 4294967301 better not break the receiver\r\nVia: SIP/2.0/UDP x\r\n\r\n',
    'droppedBrokenStartLine',
  ],
  [
    'scalarlg: numbers beyond their range in a response',
    raw({ start: 'SIP/2.0 503 Service Unavailable', cseq: '9292394834772304023312 OPTIONS' }),
    'droppedBrokenResponse',
  ],
  [
    'bcast: a response that is for somebody else',
    raw({ start: 'SIP/2.0 200 OK', via: 'SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923', cseq: '1 OPTIONS' }),
    'droppedUnknownResponse',
  ],
  [
    'a response shorter than it says',
    raw({ start: 'SIP/2.0 200 OK', cseq: '1 OPTIONS', length: '9999' }),
    'droppedBrokenResponse',
  ],
  ['an ACK of nothing', raw({ start: 'ACK sip:100@box SIP/2.0' }), 'droppedUnknownAck'],
  ['a broken ACK', raw({ start: 'ACK sip:100@box SIP/2.0', cseq: '1 INVITE' }), 'refused400'],
  ['no Via', raw({ without: ['Via'] }), 'droppedUnanswerable'],
  ['a Via that is none', raw({ via: 'SIP/2.0/UDP' }), 'droppedUnanswerable'],
  ['keep-alive', '\r\n\r\n', 'droppedKeepAlive'],
  ['zero bytes', '\0\0\0\0', 'droppedKeepAlive'],
  ['a STUN request', '\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl', 'droppedStun'],
  ['HTTP', 'GET / HTTP/1.1\r\nHost: box\r\n\r\n', 'droppedNotSip'],
  ['noise', '\xff\xfe\x80\x00\x13 what is this', 'droppedNotSip'],
  ['ten thousand headers', raw({ more: Array(10_000).fill('A: b') }), 'droppedHeadTooLong'],
  ['two hundred headers', raw({ more: Array(200).fill('A: b') }), 'droppedTooManyHeaders'],
  ['a header without end', raw({ more: [`Subject: ${'x'.repeat(9000)}`] }), 'droppedLineTooLong'],
  ['more bytes than a datagram has', raw({ body: 'x'.repeat(70_000) }), 'droppedOversized'],
  ['a body without end', raw({ body: `${plainSdp()}${'a=x\r\n'.repeat(4000)}` }), 400],
  [
    'a Via with ten thousand parameters',
    raw({ via: `SIP/2.0/UDP 10.0.0.7${';a'.repeat(4000)};branch=z9hG4bKx` }),
    sound,
  ],
]

async function healthy(stage: Stage, phone: SipPeer): Promise<boolean> {
  phone.inbox.length = 0
  await phone.send(phone.make('OPTIONS', 'sip:box'))
  await stage.clock.advance(20)
  return phone.responses(200).length > 0
}

for (const [name, text, answer] of cases)
  t.test(name, async (t) => {
    const stage = await sipStage(t, [account('alice')])
    const alice = await stage.phone('alice', '10.0.0.7')
    await alice.sendRaw(text)
    await stage.clock.advance(20)
    const answers = alice.inbox.map((one) => (one.kind === 'response' ? one.status : one.method))
    if (typeof answer === 'number') t.same(answers, [answer])
    else {
      t.same(answers, [], 'no answer')
      t.equal(stage.endpoint.counters()[answer], 1, `counted as ${answer}`)
    }
    t.match(stage.endpoint.counters(), { transactions: 0, lingeringTransactions: 0 }, 'nothing is kept of it')
    t.ok(await healthy(stage, alice))
  })

t.test('the answers carry what the sender needs', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice', '10.0.0.7')
  await alice.sendRaw(raw({ more: ['Require: a, b', 'Require: c'] }))
  await alice.sendRaw(raw({ start: 'PUBLISH sip:100@box SIP/2.0' }))
  await stage.clock.advance(20)
  const extension = alice.takeResponse(420)
  t.equal(header(extension, 'unsupported'), 'a, b, c')
  t.match(header(extension, 'to'), /;tag=\w+$/)
  t.equal(header(extension, 'from'), '<sip:alice@box>;tag=t')
  t.match(header(alice.takeResponse(405), 'allow'), /^INVITE, ACK, /)
})

t.test('the same broken request gets the same answer, To tag included', async (t) => {
  const stage = await sipStage(t, [account('alice')])
  const alice = await stage.phone('alice', '10.0.0.7')
  for (let copy = 0; copy < 2; copy++) await alice.sendRaw(raw({ cseq: '8 OPTIONS' }))
  await stage.clock.advance(20)
  const [first, second] = alice.responses(400)
  t.equal(header(first!, 'to'), header(second!, 'to'))
})

t.test('any mutilation of a sound message leaves the box well', async (t) => {
  const stage = await sipStage(t, [account('alice')], { seed: 7 })
  const alice = await stage.registered('alice', '10.0.0.7')
  const original = raw()
  let state = 12345
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return state % below
  }
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(original, 'latin1')
    for (let hits = 0; hits <= random(4); hits++) bytes[random(bytes.length)] = random(256)
    const cut = random(5) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes
    await alice.sendRaw(cut)
    if (round % 100 === 0) await stage.clock.advance(2000)
    alice.inbox.length = 0
  }
  await stage.clock.advance(5000)
  t.equal(stage.endpoint.counters().faults ?? 0, 0)
  t.ok(await healthy(stage, alice))
})
