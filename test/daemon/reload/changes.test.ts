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
    ['box.yaml', 'country: GB', 'country: IE', ['setting instance.country changed']],
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

t.test('what sockets and files hang on waits for the next start', async (t) => {
  t.same(
    changesBy((copy) => copy.edit('lines.yaml', 'currentLossMs: 250', 'currentLossMs: 300')),
    ['board board-1 changed (in force after a restart)'],
  )
})
