import { test } from 'tap'
import { redactFields, redactText } from '../../../daemon/log/redact.ts'

test('a field that names a secret is removed, at any depth and in any spelling', (t) => {
  const clean = redactFields({
    password: 'hunter2',
    account: { Proxy_Authorization: 'Digest x', user: 'alice', deeper: [{ keyAndSalt: 'abc', digits: '4111' }] },
  })
  t.same(clean, {
    password: '[redacted]',
    account: {
      Proxy_Authorization: '[redacted]',
      user: 'alice',
      deeper: [{ keyAndSalt: '[redacted]', digits: '[redacted]' }],
    },
  })
  t.end()
})

const texts: [name: string, text: string, clean: string][] = [
  [
    'SDES key of an SDP line',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:[redacted]|2^20',
  ],
  [
    'digest response of a header',
    'Digest username="alice", response="6629fae49393a05397450978507c4ef1"',
    'Digest username="alice", response="[redacted]"',
  ],
  ['password in free text', 'login with password=hunter2, then', 'login with password=[redacted], then'],
  ['password in JSON text', '{"password": "hunter2"}', '{"password": [redacted]}'],
  ['digit of a SIP INFO body', 'Signal=5\r\nDuration=160', 'Signal=[redacted]\r\nDuration=160'],
  ['ordinary words stay', 'the key signature of the response was fine', 'the key signature of the response was fine'],
]
for (const [name, text, clean] of texts)
  test(`text: ${name}`, (t) => {
    t.equal(redactText(text), clean)
    t.end()
  })

test('an error becomes plain data, its message and its cause cleaned', (t) => {
  const cause = new Error('token: abcdef')
  const fault = Object.assign(new Error('password=hunter2', { cause }), { code: 'EBAD' })
  const clean = redactFields(fault)
  t.match(clean, {
    err: { type: 'Error', message: 'password=[redacted]', code: 'EBAD', cause: { message: 'token: [redacted]' } },
  })
  t.notMatch(JSON.stringify(clean), /hunter2|abcdef/)
  t.end()
})

test('a circle, a big integer, bytes, a map and a class instance do not break a line', (t) => {
  const circle: Record<string, unknown> = { name: 'x' }
  circle.self = circle
  class Socket {
    get password(): string {
      throw new Error('getter was called')
    }
  }
  const clean = redactFields({
    circle,
    big: 12n,
    bytes: Buffer.from('abcd'),
    map: new Map([['secret', 1]]),
    socket: new Socket(),
    call: () => 1,
  })
  t.same(clean, {
    circle: { name: 'x', self: '[circular]' },
    big: '12',
    bytes: '[4 bytes]',
    map: { secret: '[redacted]' },
    socket: '[Socket]',
    call: '[function]',
  })
  t.end()
})

test('a line is bounded: long text, many entries and deep nesting are cut', (t) => {
  let deep: Record<string, unknown> = { end: true }
  for (let i = 0; i < 20; i++) deep = { deep }
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`n${i}`, i]))
  const clean = redactFields({ deep, many, long: 'x'.repeat(1_000_000) })
  t.ok(JSON.stringify(clean).length < 12_000)
  t.match(JSON.stringify(clean), /\[deeper\]/)
  t.match(clean.long, /1000000 characters/)
  t.end()
})

test('names of the line itself are not overwritten by fields', (t) => {
  t.same(redactFields({ level: 3, time: 1, message: 'x', other: 1 }), { level_: 3, time_: 1, message_: 'x', other: 1 })
  t.end()
})
