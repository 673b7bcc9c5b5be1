// Ports opened and closed over and over: memory of the native side, descriptors and detectors all come back.
import { readdirSync } from 'node:fs'
import t from 'tap'
import { loopbackRemote, startAudio } from '../../support/audio.ts'

const key = (fill: number) => ({ suite: 'AES_CM_128_HMAC_SHA1_80' as const, keyAndSalt: new Uint8Array(30).fill(fill) })

t.test('2,500 calls one after the other leave nothing behind', { timeout: 120_000 }, async (t) => {
  const { audio, events } = await startAudio({ maximumPorts: 16 })
  t.teardown(() => audio.stop())
  audio.addPrompt('short', new Int16Array(80).fill(100))
  const call = async () => {
    const [leg, phone] = await Promise.all([1, 2].map(() => audio.openRtp({ localAddress: '127.0.0.1' })))
    const keys = { sendKey: key(1), receiveKey: key(1) }
    audio.setRtpRemote(leg!.portId, loopbackRemote(phone!.localPort, keys))
    audio.setRtpRemote(phone!.portId, loopbackRemote(leg!.localPort, keys))
    audio.connect(leg!.portId, phone!.portId)
    const played = audio.play(leg!.portId, [{ kind: 'prompt', promptId: 'short' }], { repeat: true })
    await Promise.all([audio.close(leg!.portId), audio.close(phone!.portId)])
    if ((await played.ended) !== 'portClosed') t.fail('a playback outlived its port')
  }
  for (let n = 0; n < 1000; n++) await call()
  const descriptors = readdirSync('/proc/self/fd').length
  const residentBytes = process.memoryUsage.rss()
  for (let n = 0; n < 1500; n++) await call()
  const grownBytes = process.memoryUsage.rss() - residentBytes
  t.comment(`${Math.round(grownBytes / 1500)} bytes a call`)
  // Two leaked RTP ports would be 70 kB a call; what heaps breathe by is a good deal less.
  t.ok(grownBytes < 45_000_000, `${(grownBytes / 1e6).toFixed(1)} MB more after 1,500 calls`)
  t.equal(readdirSync('/proc/self/fd').length, descriptors)
  t.match(await audio.counters(), { ports: 0, sockets: 0, detectors: 0, plays: 0, failedPorts: 0 })
  t.same(
    events.filter(({ type }) => type === 'portFailed'),
    [],
  )
})
