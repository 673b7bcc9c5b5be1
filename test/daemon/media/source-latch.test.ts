// Who is heard: the phone where its SDP says, the phone behind address translation, and never a stranger.
import t from 'tap'
import { SourceLatch } from '../../../daemon/media/source-latch.ts'

const phone = 0x0a000007
const translated = 0xc0000201
const stranger = 0xc6336401
const twoSeconds = 100

function latched(): SourceLatch {
  const latch = new SourceLatch()
  latch.announce(phone, 4000)
  latch.accept(phone, 4000, false)
  return latch
}

t.test('the announced phone is heard from its first packet', async (t) => {
  const latch = new SourceLatch()
  latch.announce(phone, 4000)
  t.equal(latch.accept(phone, 4000, false), true)
})

t.test('a phone behind address translation is heard from its fourth packet, and answered there', async (t) => {
  const latch = new SourceLatch()
  latch.announce(phone, 4000)
  t.same(
    [1, 2, 3, 4, 5].map(() => latch.accept(translated, 62000, false)),
    [false, false, false, true, true],
  )
  t.same([latch.address, latch.port], [translated, 62000])
})

t.test('with SRTP its first packet is proof enough', async (t) => {
  const latch = new SourceLatch()
  latch.announce(phone, 4000)
  t.equal(latch.accept(translated, 62000, true), true)
  t.equal(latch.port, 62000)
})

t.test('two strangers in turn never reach four in a row', async (t) => {
  const latch = new SourceLatch()
  latch.announce(phone, 4000)
  for (let n = 0; n < 20; n++) t.equal(latch.accept(n % 2 ? translated : stranger, 62000, false), false)
  t.equal(latch.address, phone)
})

t.test('a stranger can not take over a stream that flows', async (t) => {
  const latch = latched()
  let heard = 0
  for (let tick = 0; tick < 1000; tick++) {
    latch.tick()
    latch.accept(phone, 4000, false)
    if (latch.accept(stranger, 9, false)) heard++
  }
  t.equal(heard, 0)
  t.equal(latch.address, phone)
})

t.test('when the phone has been silent for two seconds another source may be learned', async (t) => {
  const latch = latched()
  for (let tick = 0; tick < twoSeconds - 1; tick++) latch.tick()
  t.same(
    [1, 2, 3, 4].map(() => latch.accept(translated, 62000, false)),
    [false, false, false, false],
    'not before',
  )
  latch.tick()
  t.same(
    [1, 2, 3, 4].map(() => latch.accept(translated, 62000, false)),
    [false, false, false, true],
  )
})

t.test('a new offer with another address begins anew; the same again changes nothing', async (t) => {
  const latch = new SourceLatch()
  latch.announce(phone, 4000)
  for (let n = 0; n < 4; n++) latch.accept(translated, 62000, false)
  latch.announce(phone, 4000)
  t.equal(latch.port, 62000)
  latch.announce(phone, 5000)
  t.same([latch.address, latch.port], [phone, 5000])
  t.equal(latch.accept(translated, 62000, false), false)
})
