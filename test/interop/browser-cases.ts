// A browser as an agent's telephone: SIP over secure WebSocket, DTLS-SRTP, ICE, Opus.
import assert from 'node:assert/strict'
import { account, password } from '../support/sip-stage.ts'
import { tonePresentMs } from '../support/tones.ts'
import { until } from '../support/wait.ts'
import { ended, startBox } from './box.ts'
import { Browser } from './browser.ts'
import { type InteropCase, undoing } from './case.ts'

const browserHz = 620
const boxHz = 1000

export const browserCases: readonly InteropCase[] = (['WSS', 'WS'] as const).map((transport) => ({
  name: `chromium over ${transport.toLowerCase()}: signs in, is called, both hear each other by DTLS-SRTP and ICE`,
  needs: ['chromium', 'openssl'],
  run: () =>
    undoing(async (undo) => {
      const agent = account('alice', { srtp: 'required', media: 'dtls', codecs: ['opus', 'PCMU'] })
      const box = await startBox(undo, [agent])
      const browser = await Browser.start(undo, {
        server: `${transport.toLowerCase()}://${box.at(transport)}`,
        user: 'alice',
        password,
        realm: 'cordboard',
        toneHz: browserHz,
      })
      await browser.tells('registered')
      const leg = await box.called('alice')
      assert.match(leg.describe(), / opus srtp/)
      await browser.tells('established')
      await browser.tells('media', ({ is }) => is === 'connected')
      const heard: number[] = []
      const listening = box.audio.listen(leg.portId!, (samples) => heard.push(...samples))
      undo.add(() => listening.stop())
      box.audio.play(leg.portId!, [
        { kind: 'tone', frequenciesHz: [boxHz], levelDbm0: -10, cadenceMs: [], durationMs: 60_000 },
      ])
      await until('the box to hear the browser', () => tonePresentMs(Int16Array.from(heard), browserHz) >= 1000, {
        withinMs: 10_000,
      })
      await browser.tells('hears', ({ hz = 0 }) => Math.abs(hz - boxHz) <= 15)
      await leg.hangUp()
      await browser.tells('ended')
      await ended(leg)
      assert.equal(leg.mediaQuality?.packetsLost, 0)
    }),
}))
