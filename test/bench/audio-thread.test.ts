// 50 bridged calls at once through the real audio thread, in real time: no packet is lost, everybody hears the other.
import t from 'tap'
import { runAudioCalls } from './audio-calls.ts'

const calls = 50
const durationMs = 8000
/** Asterisk's cost for the same work on the machine the project compares itself on, in CPU-seconds per call-minute. */
const asteriskCpuS = 0.295

/** Real time needs a machine that has the time: a run in which either side was starved of it proves nothing. */
const starvedMs = 150
const attempts = 4

for (const srtp of [false, true])
  t.test(`${calls} bridged calls, ${srtp ? 'SRTP on both legs' : 'plain RTP'}`, { timeout: 150_000 }, async (t) => {
    let run = await runAudioCalls({ calls, durationMs, srtp: srtp ? 'both' : 'none' })
    for (let attempt = 1; attempt < attempts; attempt++) {
      const latenessMs = Math.max(run.result.worstLatenessMs, run.after.worstLatenessMs)
      if (latenessMs < starvedMs) break
      t.comment(`the machine had no time for this for ${Math.round(latenessMs)} ms; once more`)
      run = await runAudioCalls({ calls, durationMs, srtp: srtp ? 'both' : 'none' })
    }
    const { result, after, afterClose, total } = run
    t.comment(
      `${run.cpuSecondsPerCallMinute.toFixed(3)} CPU-seconds per call-minute (Asterisk, on its machine: ${asteriskCpuS})`,
    )
    t.comment(
      `worst lateness ${after.worstLatenessMs.toFixed(1)} ms, late ticks ${after.lateTicks}, skipped ${after.skippedTicks}, ` +
        `concealed ${total('concealedFrames')} (3 are each stream's end), late packets ${total('latePackets')}`,
    )
    t.equal(result.sent, (calls * 2 * durationMs) / 20)
    t.equal(total('packetsReceived'), result.sent, 'every packet of the far ends was taken in')
    t.equal(total('lostPackets') + total('kernelDroppedPackets') + total('malformedPackets'), 0)
    t.equal(result.lost, 0, 'none of ours was lost on its way back')
    t.equal(result.rejected, 0)
    t.ok(result.received >= result.sent * 0.97, `${result.received} packets came back`)
    t.ok(result.othersDbm0 > -14, `each hears the other: ${result.othersDbm0.toFixed(1)} dBm0`)
    t.ok(result.ownDbm0 < -60, `and not itself: ${result.ownDbm0.toFixed(1)} dBm0`)
    t.match(afterClose, { ports: 0, sockets: 0, failedPorts: 0, sendErrors: 0 })
  })
