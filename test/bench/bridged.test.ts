// 50 bridged calls at once: nothing of the audio is lost on the way, and what they cost is printed.
import t from 'tap'
import { type BridgedLoad, runBridgedLoad, runSippLoad } from '../support/bridged-load.ts'
import { rtploadPresent } from '../support/rtpload.ts'

const notRun = rtploadPresent ? false : 'not run: there is no load generator at ../shared/bench'
/** Cores that others may take during a run before its losses are blamed on them and it is repeated. */
const mostNoiseCores = 0.25
const mostRuns = 3

async function quietRun(): Promise<BridgedLoad> {
  for (let runs = 1; ; runs++) {
    const run = await runBridgedLoad({ calls: 50, seconds: 10 })
    const noise = run.noise_cores + 2 * run.steal_cores
    if ((run.mark_loss_pct === 0 && run.seq_lost === 0) || noise <= mostNoiseCores || runs === mostRuns) return run
    t.comment(`repeated: ${run.mark_loss_pct} % lost while others took ${noise.toFixed(2)} cores`)
  }
}

t.test('50 callers talk to 50 agents, and every packet arrives', { skip: notRun }, async (t) => {
  const run = await quietRun()
  t.equal(run.answered, 50, 'every call is answered')
  t.equal(run.failed, 0, 'none fails')
  t.equal(run.remote_bye, 0, 'none is hung up by the box')
  t.equal(run.mark_loss_pct, 0, 'every mark comes back')
  t.equal(run.seq_lost, 0, 'no gap in any stream')
  t.ok(run.rx_rate_pct > 99.5, `50 packets a second and call (${run.rx_rate_pct} %)`)
  t.comment(
    [
      `${run.cpu_s_per_call_min.toFixed(4)} CPU-seconds per call-minute`,
      `${run.target_cores.toFixed(3)} cores, ${run.ratioToPhones.toFixed(2)} times the echoing phones`,
      `lateness p99.9 ${run.late_ms?.p999.toFixed(1)} ms, forwarding p50 ${run.fwd_ms?.p50.toFixed(2)} ms`,
    ].join('; '),
  )
})

t.test('50 callers and 50 agents that are sipp: every packet comes back', async (t) => {
  const { sent, back } = await runSippLoad({ calls: 50, seconds: 5 })
  t.equal(back, sent, `${sent} packets`)
})
