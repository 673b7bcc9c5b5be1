// A SIP endpoint with the real audio thread, and a real phone (baresip) that is registered at it.
import type { Test } from 'tap'
import { SystemClock } from '../../daemon/clock.ts'
import { createAudio } from '../../daemon/loop/audio-service.ts'
import type { SipAccount } from '../../daemon/sip/endpoint.ts'
import { createSipEndpoint } from '../../daemon/sip/sip-endpoint.ts'
import { formatHostPort } from '../../daemon/sip/wire/host-port.ts'
import { Baresip, type BaresipOptions } from './baresip.ts'
import { freePorts } from './free-ports.ts'
import { account, logInto, password } from './sip-stage.ts'

export const phoneToneHz = 620

/** At the end nothing of it may be left: no timer, no leg, no port. */
export async function phoneStage(t: Test, own: Partial<SipAccount>, phone: Partial<BaresipOptions>) {
  const from = await freePorts(8)
  const audio = await createAudio({ rtpPorts: { from, to: from + 7 }, log: logInto([]) })
  t.teardown(() => audio.stop())
  const clock = new SystemClock()
  const address = phone.host ?? '127.0.0.1'
  const endpoint = createSipEndpoint({
    address,
    port: 0,
    realm: 'cordboard',
    accounts: [account('alice', own)],
    audio,
    clock,
    log: logInto([]),
  })
  await endpoint.start()
  t.teardown(async () => {
    await endpoint.stop()
    if (clock.liveTimers > 0) throw new Error(`${clock.liveTimers} timers are left`)
  })
  const baresip = await Baresip.start({
    userName: 'alice',
    password,
    box: formatHostPort({ address, port: endpoint.localPort }),
    toneHz: phoneToneHz,
    answer: 'auto',
    ...phone,
  })
  t.teardown(() => baresip.stop())
  await baresip.registered()
  return { audio, endpoint, baresip, clock }
}
