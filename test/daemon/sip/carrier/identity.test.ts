// Who calls whom: what carriers write, and what they are written.
import t from 'tap'
import { carrierParties } from '../../../../daemon/sip/carrier/inbound-identity.ts'
import type { IdentitySettings } from '../../../../daemon/sip/carrier/link-settings.ts'
import { outboundIdentity } from '../../../../daemon/sip/carrier/outbound-identity.ts'
import { parseWire } from '../../../../daemon/sip/wire/wire-parse.ts'
import { linkTo } from '../../../support/sip-carrier.ts'

const settings = linkTo('telco').inbound
const own = 'f00dfeed'

/** An INVITE with these lines in the place of the usual ones. */
function invite(uri: string, ...lines: string[]) {
  const named = (line: string) => line.split(':')[0]!.toLowerCase()
  const usual = [
    'Via: SIP/2.0/UDP telco;branch=z9hG4bK1',
    'From: <sip:+441632960001@telco>;tag=1',
    'To: <sip:+442079460101@box>',
    'Call-ID: 1',
    'CSeq: 1 INVITE',
    'Contact: <sip:telco>',
  ].filter((line) => !lines.some((other) => named(other) === named(line)))
  const text = [`INVITE ${uri} SIP/2.0`, ...usual, ...lines, 'Content-Length: 0', '', ''].join('\r\n')
  const framed = parseWire(Buffer.from(text))
  if (framed.outcome !== 'message' || framed.message.kind !== 'request') throw new Error(`no request: ${text}`)
  return framed.message
}

const did = 'sip:+442079460101@box'

t.test('the caller', async (t) => {
  const from = 'From: "Bo" <sip:+441632960001@telco>;tag=1'
  const cases: [what: string, lines: string[], wanted: object, trusted?: boolean][] = [
    ['From', [from], { address: '+441632960001', displayName: 'Bo' }],
    ['From without plus', ['From: <sip:441632960001@telco>;tag=1'], { address: '+441632960001' }],
    [
      'asserted goes before From',
      [from, 'P-Asserted-Identity: "Al" <sip:+441632960002@telco>'],
      { address: '+441632960002', displayName: 'Al' },
    ],
    ['as tel URI', [from, 'P-Asserted-Identity: <tel:+441632960002>'], { address: '+441632960002' }],
    [
      'an account and a number: the number',
      [from, 'P-Asserted-Identity: <sip:acct@telco>, <tel:+441632960002>'],
      { address: '+441632960002' },
    ],
    [
      'Remote-Party-ID, where there is no other',
      [from, 'Remote-Party-ID: <sip:+441632960003@telco>;party=calling'],
      { address: '+441632960003' },
    ],
    [
      'asserted goes before Remote-Party-ID',
      ['Remote-Party-ID: <sip:+441632960003@telco>', 'P-Asserted-Identity: <sip:+441632960002@telco>'],
      { address: '+441632960002' },
    ],
    [
      'a carrier that is not trusted asserts in vain',
      [from, 'P-Asserted-Identity: <sip:+441632960002@telco>'],
      { address: '+441632960001' },
      false,
    ],
    [
      'Privacy: id',
      [from, 'P-Asserted-Identity: <sip:+441632960002@telco>', 'Privacy: id'],
      { withheld: 'private', address: undefined },
    ],
    ['Privacy among others', ['Privacy: critical;user'], { withheld: 'private' }],
    ['Privacy: none', ['Privacy: none'], { address: '+441632960001' }],
    [
      'anonymous',
      ['From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'],
      { withheld: 'private', address: undefined },
    ],
    [
      'Remote-Party-ID with privacy',
      ['Remote-Party-ID: <sip:+441632960003@telco>;privacy=full'],
      { withheld: 'private' },
    ],
    ['unavailable', ['From: <sip:unavailable@telco>;tag=1'], { withheld: 'unavailable' }],
    ['nobody in From', ['From: <sip:telco>;tag=1'], { withheld: 'unavailable' }],
    ['a name that is no number', ['From: <sip:reception@telco>;tag=1'], { address: 'reception' }],
    ['what is broken', ['P-Asserted-Identity: <<<', 'Remote-Party-ID: ;;;'], { address: '+441632960001' }],
  ]
  for (const [what, lines, wanted, trusted = true] of cases)
    t.match(carrierParties(invite(did, ...lines), { ...settings, trusted }, own).remote, wanted, what)
})

t.test('the number called', async (t) => {
  const uri = (user: string) => `sip:${user}@box`
  const cases: [what: string, uri: string, lines: string[], change: object, wanted: object][] = [
    ['Request-URI', uri('+442079460102'), [], {}, { address: '+442079460102' }],
    ['our contact in it: To', uri(own), ['To: <sip:442079460103@box>'], {}, { address: '+442079460103' }],
    [
      'P-Called-Party-ID goes first',
      did,
      ['P-Called-Party-ID: <sip:+442079460104@box>'],
      {},
      { address: '+442079460104' },
    ],
    [
      'To, where it is said to be there',
      did,
      ['To: <sip:+442079460105@box>'],
      { calledFrom: 'to' },
      { address: '+442079460105' },
    ],
    [
      'an account: the default number',
      uri(own),
      ['To: <sip:acct@box>'],
      { defaultNumber: '+442079460199' },
      { address: '+442079460199' },
    ],
    ['an account without default', uri(own), ['To: <sip:acct@box>'], {}, { address: 'acct' }],
    ['with the parameters of RFC 4694', uri('+442079460102;npdi;rn=+44123'), [], {}, { address: '+442079460102' }],
    ['nothing at all', 'sip:box', ['To: <sip:box>'], {}, { address: undefined }],
  ]
  for (const [what, target, lines, change, wanted] of cases)
    t.match(carrierParties(invite(target, ...lines), { ...settings, ...change }, own).local, wanted, what)
})

t.test('headers for flows', async (t) => {
  const headersOf = (...lines: string[]) => carrierParties(invite(did, ...lines), settings, own).headers
  t.match(headersOf('P-Charge-Info: <sip:1@x>', 'JIP: 201555', 'X-Other: secret'), {
    'P-Charge-Info': '<sip:1@x>',
    JIP: '201555',
    'X-Other': undefined,
  })
  t.match(headersOf('P-Asserted-Identity: <tel:+441632960002;verstat=TN-Validation-Failed>'), {
    verstat: 'TN-Validation-Failed',
  })
  t.match(headersOf('From: <sip:+441632960002@telco;verstat=No-TN-Validation>;tag=1'), { verstat: 'No-TN-Validation' })
  t.match(headersOf('Privacy: id', 'P-Asserted-Identity: <sip:+441632960002@telco>'), {
    'P-Asserted-Identity': undefined,
    From: undefined,
    To: '<sip:+442079460101@box>',
  })
  t.match(headersOf('Diversion: <sip:+442079460777@telco>;reason=unconditional, <sip:+442079460888@telco>'), {
    'Call-Forwarding-Indicator': '+442079460777',
  })
  t.match(headersOf('History-Info: <sip:442079460777@telco>;index=1, <sip:+442079460101@box>;index=1.1'), {
    'Call-Forwarding-Indicator': '+442079460777',
  })
  t.equal(headersOf(`P-Charge-Info: ${'x'.repeat(3000)}`)['P-Charge-Info']?.length, 1024)
})

t.test('what a carrier is told of the caller', async (t) => {
  const plain: IdentitySettings = {
    from: 'caller',
    assertedIdentity: false,
    remotePartyId: false,
    diversion: 'none',
    userPhone: false,
  }
  const caller = { number: '+442079460101', name: 'Bo "B" Co' }
  const tell = (change: Partial<IdentitySettings>, call: object = {}) =>
    outboundIdentity(
      { ...plain, ...change },
      { caller, called: '+12025550123', domain: 'telco.test', account: 'acct', ...call },
    )
  const from = (user: string, host = 'telco.test', userPhone = false) => ({ user, host, userPhone })
  t.same(tell({}), { from: from('+442079460101'), displayName: 'Bo \\"B\\" Co', headers: [] })
  t.match(tell({ userPhone: true }), { from: from('+442079460101', 'telco.test', true) })
  t.same(tell({ assertedIdentity: true, remotePartyId: true, userPhone: true }).headers, [
    'P-Asserted-Identity: "Bo \\"B\\" Co" <sip:+442079460101@telco.test;user=phone>',
    'Remote-Party-ID: "Bo \\"B\\" Co" <sip:+442079460101@telco.test;user=phone>;party=calling;screen=yes;privacy=off',
  ])
  t.match(tell({ from: 'account', assertedIdentity: true }), {
    from: from('acct'),
    headers: ['P-Asserted-Identity: "Bo \\"B\\" Co" <sip:+442079460101@telco.test>'],
  })
  const withheld = { caller: { ...caller, withheld: true } }
  t.match(tell({ assertedIdentity: true, remotePartyId: true }, withheld), {
    from: from('anonymous', 'anonymous.invalid'),
    displayName: 'Anonymous',
    headers: [/^P-Asserted-Identity/, /privacy=full$/, 'Privacy: id'],
  })
  t.match(tell({}, { caller: {} }), { from: from('anonymous', 'anonymous.invalid'), headers: [] })
  t.same(tell({ diversion: 'diversion' }, { divertedFrom: '+442079460999' }).headers, [
    'Diversion: <sip:+442079460999@telco.test>;reason=unconditional;counter=1',
  ])
  t.same(tell({ diversion: 'historyInfo' }, { divertedFrom: '+442079460999' }).headers, [
    'History-Info: <sip:+442079460999@telco.test>;index=1, <sip:+12025550123@telco.test>;index=1.1;mp=1',
  ])
  t.notMatch(tell({ assertedIdentity: true }, { caller: { number: '1', name: 'x\r\nEvil: 1' } }).headers[0], /[\r\n]/)
})
