// Any byte between device and host, either way, on any port, may be flipped, lost or doubled: nothing crashes, and within
// 5 s the line can answer the next caller. By fixed seeds; CORDBOARD_BYTE_FAULTS=10000 (cases a protocol, 60 unless told)
// for all, CORDBOARD_BYTE_FAULTS_SEED for others.
import t from 'tap'
import { seededRandom } from '../../daemon/routing/seeded-random.ts'
import type { ByteFault } from '../../rig/serial/byte-faults.ts'
import { type ContractStage, stages } from './stages.ts'

const cases = Number(process.env.CORDBOARD_BYTE_FAULTS ?? 60)
const firstSeed = Number(process.env.CORDBOARD_BYTE_FAULTS_SEED ?? 1)
const faults: readonly ByteFault[] = ['flip', 'drop', 'double']
const healMs = 5000

type Life = (stage: ContractStage) => Promise<void>

/** From plugging in to the end of a call; the fault falls somewhere in it. */
const live: Life = async (stage) => {
  const { host, clock } = stage
  host.start()
  await clock.advance(2500)
  stage.ring({ number: '+15550001' })
  await clock.advance(1600)
  const answered = host.command(1, { type: 'goOffHook' })
  await clock.advance(1500)
  stage.farEndPresses('5')
  await clock.advance(500)
  stage.farEndHangsUp()
  await clock.advance(300)
  const over = host.command(1, { type: 'goOnHook' })
  await clock.advance(1000)
  await Promise.race([Promise.all([answered, over]), clock.advance(3000)])
}

/** How many bytes of each stream such a life has: faults are spread over all of them. */
async function bytesOf(makeStage: () => ContractStage): Promise<number[]> {
  const stage = makeStage()
  await live(stage)
  const sizes = stage.line.streams().map(({ sent }) => sent)
  stage.host.stop()
  stage.line.close()
  return sizes
}

/** Undefined: it healed. */
async function unhealed(stage: ContractStage): Promise<string | undefined> {
  const { host, clock } = stage
  // Whoever holds the line gives it back, as the daemon does until it is told that it is.
  for (let passedMs = 0; passedMs < healMs; passedMs += 500) {
    const over = host.command(1, { type: 'goOnHook' })
    await clock.advance(500)
    const result = await Promise.race([over, Promise.resolve(undefined)])
    if (result?.done && !stage.isOffHook()) break
  }
  if (stage.isOffHook()) return 'the line is still off-hook'
  stage.silenceFarEnd()
  await clock.advance(200)
  stage.ring({ number: '+15550002' })
  await clock.advance(1600)
  for (let tries = 0; tries < 3 && !stage.isOffHook(); tries++) {
    void host.command(1, { type: 'goOffHook' })
    await clock.advance(1500)
  }
  return stage.isOffHook() ? undefined : 'the next caller is not answered'
}

for (const [kind, makeStage] of Object.entries(stages))
  t.test(`${kind}: ${cases} bytes flipped, lost and doubled`, { timeout: 1_800_000 }, async (t) => {
    const sizes = await bytesOf(makeStage)
    const failed: string[] = []
    for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
      const random = seededRandom(seed)
      // Text and codes are few among the bytes, sound is many: half of the faults fall into a stream's beginning.
      const stream = Math.floor(random() * sizes.length)
      const span = random() < 0.5 ? Math.min(sizes[stream]!, 900) : sizes[stream]!
      const fault = faults[Math.floor(random() * faults.length)]!
      const order = { fault, atByte: Math.floor(random() * span), mask: 1 << Math.floor(random() * 8) }
      const stage = makeStage()
      stage.line.streams()[stream]!.order(order)
      await live(stage)
      const why = await unhealed(stage)
      if (why) failed.push(`seed ${seed}: ${JSON.stringify({ stream, ...order })}: ${why}`)
      stage.host.stop()
      stage.line.close()
      if (stage.clock.liveTimers > 0) failed.push(`seed ${seed}: ${stage.clock.liveTimers} timers are left`)
    }
    t.same(failed, [])
  })
