// Phones behind Kamailio, with every mix of transports: two proxies' worth of Via, Path, Record-Route and loose routing.
import assert from 'node:assert/strict'
import { certificateFolder, makeCertificate } from '../support/certificates.ts'
import { account } from '../support/sip-stage.ts'
import { until } from '../support/wait.ts'
import { callBothWays, phoneOf } from './baresip-cases.ts'
import { ended, startBox } from './box.ts'
import { type InteropCase, type Undo, undoing } from './case.ts'
import { startKamailio } from './kamailio.ts'

type PhoneTransport = 'udp' | 'tcp' | 'tls'

async function behindKamailio(undo: Undo, phoneBy: PhoneTransport, boxBy: 'udp' | 'tcp', idleS = 120) {
  const certificates = certificateFolder()
  undo.add(certificates.remove)
  const box = await startBox(undo, [account('alice'), account('bob')])
  const proxy = await startKamailio(undo, {
    box: box.at(boxBy.toUpperCase() as 'UDP' | 'TCP'),
    transport: boxBy,
    idleS,
    tls: makeCertificate(certificates.path, 'proxy'),
  })
  const phone = async (userName: string) => {
    const started = await phoneOf(box, phoneBy, {
      userName,
      proxy: phoneBy === 'tls' ? proxy.tlsAddress : proxy.address,
    })
    undo.add(() => started.stop())
    await started.registered()
    return started
  }
  return { box, phone }
}

const mixes: readonly [PhoneTransport, 'udp' | 'tcp'][] = [
  ['udp', 'udp'],
  ['udp', 'tcp'],
  ['tcp', 'udp'],
  ['tls', 'tcp'],
]

export const kamailioCases: readonly InteropCase[] = [
  ...mixes.map(
    ([phoneBy, boxBy]): InteropCase => ({
      name: `Kamailio between: baresip by ${phoneBy}, the box by ${boxBy}: called and calling`,
      needs: ['kamailio', 'baresip', 'openssl'],
      run: () =>
        undoing(async (undo) => {
          const { box, phone } = await behindKamailio(undo, phoneBy, boxBy)
          await callBothWays(box, await phone('alice'))
        }),
    }),
  ),
  {
    name: 'Kamailio between: two phones from one address are two phones',
    needs: ['kamailio', 'baresip', 'openssl'],
    run: () =>
      undoing(async (undo) => {
        const { box, phone } = await behindKamailio(undo, 'udp', 'tcp')
        const [alice, bob] = [await phone('alice'), await phone('bob')]
        assert.equal(box.endpoint.counters().registrations, 2)
        const legs = [await box.called('alice'), await box.called('bob')]
        await alice.established()
        await bob.established()
        await alice.hangUp()
        await ended(legs[0]!)
        assert.equal(legs[1]!.state, 'talking')
        await legs[1]!.hangUp()
        await bob.closed()
      }),
  },
  {
    name: 'Kamailio between: it closes its idle connection in a call; the call, its hang-up and the next call go on',
    needs: ['kamailio', 'baresip', 'openssl'],
    run: () =>
      undoing(async (undo) => {
        const { box, phone } = await behindKamailio(undo, 'udp', 'tcp', 6)
        const alice = await phone('alice')
        const leg = await box.called('alice')
        await alice.established()
        const { connectionsEnded = 0 } = box.endpoint.counters()
        await until(
          'Kamailio to close its connection',
          () => (box.endpoint.counters().connectionsEnded ?? 0) > connectionsEnded,
          { withinMs: 25_000 },
        )
        assert.equal(leg.state, 'talking')
        await leg.hangUp()
        await alice.closed()
        const next = await box.called('alice')
        await alice.established()
        await next.hangUp()
        await alice.closed()
      }),
  },
]
