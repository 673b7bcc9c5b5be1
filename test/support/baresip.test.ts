// The phone that other tests lean on, tried against a second one: what it is told to do it does, what it hears it keeps.
import t, { type Test } from 'tap'
import { Baresip, type BaresipOptions } from './baresip.ts'
import { tonePresentMs } from './tones.ts'
import { until } from './wait.ts'

const annToneHz = 620
const bobToneHz = 1020

/** Two phones that know each other's address, without a registrar between them. */
async function twoPhones(t: Test, options: Partial<BaresipOptions>): Promise<{ ann: Baresip; bob: Baresip }> {
  const common = { password: 'unused', register: false, ...options }
  const bob = await Baresip.start({ ...common, userName: 'bob', box: '127.0.0.1:9', toneHz: bobToneHz })
  t.teardown(() => bob.stop())
  const ann = await Baresip.start({ ...common, userName: 'ann', box: bob.address, toneHz: annToneHz })
  t.teardown(() => ann.stop())
  return { ann, bob }
}

async function talkMs(phone: Baresip, toneHz: number, ms: number): Promise<void> {
  await until(`${phone.userName} to hear ${toneHz} Hz for ${ms} ms`, () => tonePresentMs(phone.heard(), toneHz) >= ms, {
    withinMs: 10_000,
    everyMs: 100,
    instead: () => `${phone.heard().length} samples were heard`,
  })
}

for (const srtp of ['off', 'required'] as const)
  t.test(`Ann calls Bob, SRTP ${srtp}: each hears the other's tone and not their own`, async (t) => {
    const { ann, bob } = await twoPhones(t, { srtp })
    await ann.dial('bob')
    t.match(await bob.incoming(), /ann/, 'Bob sees who calls')
    await bob.accept()
    await ann.established()
    await bob.established()
    await talkMs(ann, bobToneHz, 1000)
    await talkMs(bob, annToneHz, 1000)
    t.equal(tonePresentMs(ann.heard(), annToneHz), 0, 'Ann does not hear herself')
    t.equal(tonePresentMs(bob.heard(), bobToneHz), 0, 'Bob does not hear himself')
    t.equal(ann.securedCalls, srtp === 'off' ? 0 : 1)
    await bob.hangUp()
    await ann.closed()
  })

t.test('Ann presses keys, Bob hears each once', async (t) => {
  const { ann, bob } = await twoPhones(t, { answer: 'auto' })
  await ann.dial('bob')
  await ann.established()
  await bob.established()
  await ann.sendDigits('42#')
  await until('Bob to hear three keys', () => bob.digitsHeard.length >= 3)
  t.equal(bob.digitsHeard, '42#')
})

t.test('Bob refuses', async (t) => {
  const { ann, bob } = await twoPhones(t, {})
  await ann.dial('bob')
  await bob.incoming()
  await bob.hangUp()
  t.match(await ann.closed(), /486|Busy/i)
})
