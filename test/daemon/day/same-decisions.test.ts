// A day of traffic in simulated time, 10,000 contacts, 60 agents, 12 queues: the router and the plain model offer the same
// contact to the same agent at the same moment, from the first to the last.
import t from 'tap'
import { ModelDay } from './model-day.ts'
import { RouterDay } from './router-day.ts'
import { drawDay } from './scenario.ts'

for (const seed of [1, 2]) {
  t.test(`day ${seed}: same agent and same order for every contact`, async (t) => {
    const scenario = drawDay(seed)
    const startMs = performance.now()
    const day = new RouterDay(scenario)
    day.run()
    const routedMs = performance.now()
    t.same(day.routing.brokenInvariants(), [])
    const model = new ModelDay(scenario)
    model.run()
    const at = model.decisions.findIndex((decision, index) => decision !== day.decisions[index])
    t.equal(at, -1, `first difference: ${model.decisions[at]} by the model, ${day.decisions[at]} by the router`)
    t.equal(day.decisions.length, model.decisions.length)
    const offered = new Set(day.decisions.filter((one) => one.includes('←')).map((one) => one.split(' ')[1]))
    t.comment(
      `${day.decisions.length} decisions, ${offered.size} contacts offered; router ${Math.round(routedMs - startMs)} ms, ` +
        `model ${Math.round(performance.now() - routedMs)} ms`,
    )
    t.ok(offered.size > 7_000, 'the day was busy')
    day.close()
    t.equal(day.clock.liveTimers, 0, 'no timer is left')
  })
}
