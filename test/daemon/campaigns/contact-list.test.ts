import t from 'tap'
import { readContactList, readDoNotCall } from '../../../daemon/campaigns/contact-list.ts'

const file = `number,name,timeZone,hours
+442079460123,Ann,,
020 7946 0124,"Bob, the ""builder""",Europe/Paris,09:30-12:00
12,Short,,
,Nobody,,
+442079460123,Ann again,,

020 7946 0125,Cid,Europe/Pariss,
020 7946 0126,Dee,,12:00-09:00
020 7946 0127,Eve,,,,too many
999,Police,,
+442079460128
`

t.test('good rows become contacts, with what else stands in them as attributes', async (t) => {
  t.same(readContactList(file, 'GB').contacts, [
    { number: '+442079460123', attributes: { name: 'Ann' } },
    {
      number: '+442079460124',
      timeZone: 'Europe/Paris',
      hours: '09:30-12:00',
      attributes: { name: 'Bob, the "builder"' },
    },
    { number: '+442079460128', attributes: {} },
  ])
})

t.test('every bad row is told by its line, and why', async (t) => {
  const { bad } = readContactList(file, 'GB')
  t.same(
    bad.map(({ line }) => line),
    [4, 5, 6, 8, 9, 10, 11],
  )
  t.match(bad[0]?.problem, /12: .*too short/)
  t.equal(bad[1]?.problem, 'it has no number')
  t.match(bad[2]?.problem, /twice: first on line 2/)
  t.match(bad[3]?.problem, /time zone "Europe\/Pariss"/)
  t.match(bad[4]?.problem, /hours "12:00-09:00"/)
  t.match(bad[5]?.problem, /column/i)
})

for (const [what, text, problem] of [
  ['no heading', '+442079460123,Ann\n+442079460124,Bob\n', /no column "number"/],
  ['an attribute that a flow could not name', 'number,a.b\n+442079460123,x\n', /can't be called "a\.b"/],
  ['a text that is too long', `number,note\n+442079460123,${'x'.repeat(2000)}\n`, /note has more than 1024/],
] as const)
  t.test(`${what} is told`, async (t) => {
    const { contacts, bad } = readContactList(text, 'GB')
    t.same(contacts, [])
    t.match(bad[0]?.problem, problem)
  })

t.test('nothing at all, rubbish and an open quote are no contacts, and never a throw', async (t) => {
  for (const text of ['', '\n\n', '\0\0\0', 'number\n"+4420', '\ufeffnumber\n'])
    t.same(readContactList(text, 'GB').contacts, [], JSON.stringify(text))
})

t.test('the do-not-call list: one number a line, with remarks', async (t) => {
  const { numbers, bad } = readDoNotCall('number,since\n+442079460123,2026\n\n# sales\n020 7946 0124\nnobody\n', 'GB')
  t.same([...numbers], ['+442079460123', '+442079460124'])
  t.same(
    bad.map(({ line }) => line),
    [6],
  )
})
