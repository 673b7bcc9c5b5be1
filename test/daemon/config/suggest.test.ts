import t from 'tap'
import { closest, editDistance, suggestion } from '../../../daemon/config/suggest.ts'

t.test('distances between words', async (t) => {
  for (const [a, b, distance] of [
    ['', '', 0],
    ['', 'abc', 3],
    ['hours', 'hours', 0],
    ['hors', 'hours', 1],
    ['huors', 'hours', 1],
    ['kitten', 'sitting', 3],
  ] as const) {
    t.equal(editDistance(a, b), distance, `${a} → ${b}`)
    t.equal(editDistance(b, a), distance, `${b} → ${a}`)
  }
})

t.test('the closest known word is suggested, and none that is far', async (t) => {
  t.equal(closest('Suport', ['Sales', 'Support']), 'Support')
  t.equal(closest('support', ['Sales', 'Support']), 'Support')
  t.equal(closest('Billing', ['Sales', 'Support']), undefined)
  t.equal(closest('x'.repeat(500), ['x'.repeat(499)]), undefined)
  t.equal(suggestion('Billing', ['Sales'], 'queues'), 'Known queues: "Sales".')
  t.equal(suggestion('Billing', [], 'queues'), 'There are no queues yet.')
})
