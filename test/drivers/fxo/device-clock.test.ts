// The board's clock seen from the host.
import t from 'tap'
import { DeviceClock } from '../../../drivers/fxo/device-clock.ts'

t.test('without a reading an event happened now', async (t) => {
  t.equal(new DeviceClock().toHostMs(123, 77), 77)
})

t.test('the quickest answer is believed', async (t) => {
  const clock = new DeviceClock()
  clock.add(0, 2, 1_001_000) // board 1000 ms ahead
  clock.add(1000, 1080, 2_075_000) // slow on the way back
  t.equal(clock.toHostMs(2_500_000, 9999), 1500)
})

t.test('nothing happens in the future', async (t) => {
  const clock = new DeviceClock()
  clock.add(0, 0, 0)
  t.equal(clock.toHostMs(5_000_000, 100), 100)
})

t.test('the crystal is measured over half a minute', async (t) => {
  const clock = new DeviceClock()
  for (let s = 0; s <= 60; s++) {
    clock.add(s * 1000, s * 1000, s * 1e6 * (1 + 80e-6))
    if (s === 20) t.equal(clock.ppm, undefined)
  }
  t.equal(Math.round(clock.ppm ?? 0), 80)
})
