// The process that recording-kill.test.ts kills: records a tone, and tells how long it has by now.
import { loopbackRemote, startAudio } from '../../support/audio.ts'

const { audio } = await startAudio()
const leg = await audio.openRtp({ localAddress: '127.0.0.1' })
const phone = await audio.openRtp({ localAddress: '127.0.0.1' })
audio.setRtpRemote(leg.portId, loopbackRemote(phone.localPort))
audio.setRtpRemote(phone.portId, loopbackRemote(leg.localPort))
audio.play(phone.portId, [{ kind: 'tone', frequenciesHz: [440], levelDbm0: -10, cadenceMs: [], durationMs: 60_000 }])
audio.record({ file: process.argv[2]!, left: leg.portId })
const { ticks: first } = await audio.counters()
process.on('message', async () => process.send!((await audio.counters()).ticks - first))
process.send!('recording')
