// linphonec over each transport: signs in, is called and answers, calls and hangs up.
import assert from 'node:assert/strict'
import { password } from '../support/sip-stage.ts'
import { until } from '../support/wait.ts'
import { ended, startBox } from './box.ts'
import { type InteropCase, undoing } from './case.ts'
import { Linphone } from './linphone.ts'

export const linphoneCases: readonly InteropCase[] = (['udp', 'tcp', 'tls'] as const).map((transport) => ({
  name: `linphone over ${transport}: signs in, is called, calls`,
  needs: ['linphonec', 'openssl'],
  run: () =>
    undoing(async (undo) => {
      const box = await startBox(undo)
      const at = box.at(transport.toUpperCase() as Uppercase<typeof transport>)
      const phone = await Linphone.start(undo, { transport, box: at, userName: 'alice', password })
      await until('linphone to be signed in', () => box.endpoint.reachable('alice'), {
        withinMs: 15_000,
        instead: () => `${phone.tail()}\n${JSON.stringify(box.endpoint.counters())}`,
      })

      const rung = await box.called('alice')
      await phone.told('connected')
      await rung.hangUp()
      await phone.told(/ended|terminated/i)

      phone.say(`call sip:100@${at};transport=${transport}`)
      const leg = await box.nextInbound()
      assert.equal(leg.local.address, '100')
      assert.equal(await leg.answer(), true)
      await phone.told('connected')
      phone.say('terminate')
      await ended(leg)
    }),
}))
