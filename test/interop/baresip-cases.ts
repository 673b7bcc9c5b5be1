// baresip as an agent's phone over each transport it has: signs in, is called, calls; both sides hear each other.
import assert from 'node:assert/strict'
import { Baresip, type BaresipOptions } from '../support/baresip.ts'
import { password } from '../support/sip-stage.ts'
import { toneCheck } from '../support/tone-check.ts'
import { until } from '../support/wait.ts'
import { type Box, ended, startBox } from './box.ts'
import { type InteropCase, undoing } from './case.ts'

const toneHz = 620

/** The phone is called and calls, with both tones heard each time. */
export async function callBothWays(box: Box, phone: Baresip): Promise<void> {
  const rung = await box.called('alice')
  await phone.established()
  await toneCheck(box.audio, rung, phone, toneHz)
  await rung.hangUp()
  await phone.closed()

  await phone.dial('100')
  const leg = await box.nextInbound()
  assert.deepEqual([leg.remote.address, leg.local.address], ['alice', '100'])
  assert.equal(await leg.answer(), true)
  await toneCheck(box.audio, leg, phone, toneHz)
  await phone.hangUp()
  await ended(leg)
}

export function phoneOf(box: Box, transport: 'udp' | 'tcp' | 'tls', more: Partial<BaresipOptions> = {}) {
  const at = box.at(transport.toUpperCase() as Uppercase<typeof transport>)
  return Baresip.start({ userName: 'alice', password, box: at, transport, toneHz, answer: 'auto', ...more })
}

export const baresipCases: readonly InteropCase[] = (['udp', 'tcp', 'tls'] as const).map((transport) => ({
  name: `baresip over ${transport}: signs in, is called, calls, signs off`,
  needs: ['baresip', 'openssl'],
  run: () =>
    undoing(async (undo) => {
      const box = await startBox(undo)
      const phone = await phoneOf(box, transport)
      undo.add(() => phone.stop())
      await phone.registered()
      assert.equal(box.endpoint.counters().connections, transport === 'udp' ? 0 : 1)
      await callBothWays(box, phone)
      assert.ok((box.endpoint.counters().connections ?? 0) <= 1, 'one connection for everything')
      await phone.stop()
      await until('the phone to be gone', () => !box.endpoint.reachable('alice'), { withinMs: 10_000 })
    }),
}))
