import t from 'tap'
import { changesBetween, describeChange } from '../../../daemon/reload/changes.ts'
import { InstanceCopy } from '../config/shipped.ts'

/** What changes when the edit is made, one line each. */
function changesBy(edit: (copy: InstanceCopy) => void): string[] {
  const copy = new InstanceCopy()
  try {
    const before = copy.load().instance
    edit(copy)
    const after = copy.load().instance
    if (!before || !after) throw new Error(copy.lines().join('\n'))
    return changesBetween(before, after).map(describeChange)
  } finally {
    copy.dispose()
  }
}

t.test('the same files read twice are no change', async (t) => {
  t.same(
    changesBy(() => {}),
    [],
  )
})

t.test('what was edited is named, whatever the kind', async (t) => {
  const cases: [string, string, string, string[]][] = [
    ['hours.yaml', '[09:00-17:30]', '[08:00-17:30]', ['hours of operation Office hours changed']],
    ['queues.yaml', 'name: Sales', 'name: Sales\n    maximumContacts: 3', ['queue Sales changed']],
    ['agents.yaml', 'srtp: offered', 'srtp: required', ['agent anna changed']],
  ]
  for (const [file, from, to, expected] of cases)
    t.same(
      changesBy((copy) => copy.edit(file, from, to)),
      expected,
      file,
    )
})

t.test('each setting of box.yaml is in force at once, or told to need a restart', async (t) => {
  const added = (yaml: string): [string, string] => ['\nlimits:', `\n${yaml}\nlimits:`]
  const cases: [edit: [from: string, to: string], change: string][] = [
    [['offerTimeoutS: 20', 'offerTimeoutS: 25'], 'routing.offerTimeoutS changed'],
    [['# missedPauseS: untilCleared', 'missedPauseS: 5'], 'routing.missedPauseS changed'],
    [['concurrentCalls: 10', 'concurrentCalls: 3'], 'limits.concurrentCalls changed'],
    [['timeZone: Europe/London', 'timeZone: Europe/Paris'], 'instance.timeZone changed'],
    [added('retention: { recordingsDays: 7 }'), 'retention.recordingsDays changed'],
    [added('drain: { timeoutS: 1 }'), 'drain.timeoutS changed'],
    [['country: GB', 'country: IE'], 'instance.country changed (in force after a restart)'],
    [added('metrics: { port: 9464 }'), 'metrics.port changed (in force after a restart)'],
    [added('events: { jsonLines: {} }'), 'events.jsonLines changed (in force after a restart)'],
    [added('events: { http: { url: "http://127.0.0.1/" } }'), 'events.http changed (in force after a restart)'],
    [added('events: { mqtt: { url: "mqtt://127.0.0.1" } }'), 'events.mqtt changed (in force after a restart)'],
    [added('log: { level: debug }'), 'log.level changed (in force after a restart)'],
  ]
  for (const [edit, change] of cases)
    t.same(
      changesBy((copy) => copy.edit('box.yaml', ...edit)),
      [`setting ${change}`],
      change,
    )
})

t.test('what sockets and files hang on waits for the next start', async (t) => {
  t.same(
    changesBy((copy) => copy.edit('lines.yaml', 'currentLossMs: 250', 'currentLossMs: 300')),
    ['board board-1 changed (in force after a restart)'],
  )
})
