import t, { type Test } from 'tap'
import type { Instance } from '../../../daemon/config/instance.ts'
import { silentLog } from '../../../daemon/log/log.ts'
import { Reload, type ReloadPart } from '../../../daemon/reload/reload.ts'
import { InstanceCopy } from '../config/shipped.ts'

/** A running daemon of two parts; `story` has what was done to them. */
function stage(t: Test, second: Partial<ReloadPart> = {}) {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  const story: string[] = []
  const kept: Instance[] = []
  const part = (name: string): ReloadPart => ({
    name,
    prepare: () => {
      story.push(`${name} is ready`)
      return { commit: () => void story.push(`${name} takes it`), discard: () => void story.push(`${name} lets go`) }
    },
  })
  const { instance } = copy.load()
  if (!instance) throw new Error(copy.lines().join('\n'))
  const reload = new Reload({
    current: instance,
    load: () => copy.load(),
    parts: [part('phones'), { ...part('routing'), ...second }],
    keep: (instance) => void kept.push(instance),
    log: silentLog,
  })
  return { copy, story, kept, instance, reload }
}

t.test('every part is ready before any takes the new configuration, and then it is kept', async (t) => {
  const { copy, story, kept, reload } = stage(t)
  copy.edit('queues.yaml', 'name: Sales', 'name: Sales\n    maximumContacts: 3')
  t.match(await reload.run(), { outcome: 'reloaded', changes: [{ kind: 'queue', name: 'Sales', what: 'changed' }] })
  t.same(story, ['phones is ready', 'routing is ready', 'phones takes it', 'routing takes it'])
  t.equal(reload.current.queues.get('Sales')?.maximumContacts, 3)
  t.same(kept, [reload.current])
})

t.test('files that say the same disturb nobody', async (t) => {
  const { story, reload } = stage(t)
  t.match(await reload.run(), { outcome: 'unchanged' })
  t.same(story, [])
})

t.test('an error in the files: every fault is told, nothing changes', async (t) => {
  const { copy, story, kept, instance, reload } = stage(t)
  copy.edit('queues.yaml', 'hours: Office hours', 'hours: Offcie hours')
  const outcome = await reload.run()
  t.equal(outcome.outcome, 'refused')
  t.match(outcome, { faults: [{ file: /queues\.yaml$/, severity: 'error' }] })
  t.same(story, [])
  t.same(kept, [])
  t.equal(reload.current, instance)
  t.same(reload.counters(), { reloads: 0, refusals: 1 })
})

t.test('a part that can not take it: what the others made ready is let go', async (t) => {
  const prepare = () => {
    throw new Error('no room for another agent')
  }
  const { copy, story, instance, reload } = stage(t, { prepare })
  copy.edit('queues.yaml', 'name: Sales', 'name: Sales\n    maximumContacts: 3')
  t.same(await reload.run(), { outcome: 'failed', part: 'routing', reason: 'no room for another agent' })
  t.same(story, ['phones is ready', 'phones lets go'])
  t.equal(reload.current, instance)
})

t.test('two at once go one after the other, and the second sees what the first did', async (t) => {
  const { copy, story, reload } = stage(t)
  copy.edit('queues.yaml', 'name: Sales', 'name: Sales\n    maximumContacts: 3')
  const outcomes = await Promise.all([reload.run(), reload.run()])
  t.same(
    outcomes.map(({ outcome }) => outcome),
    ['reloaded', 'unchanged'],
  )
  t.equal(story.length, 4)
})
