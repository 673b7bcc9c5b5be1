// carriers.yaml: what a box has without it, and what becomes of it.
import t from 'tap'
import { InstanceCopy } from './shipped.ts'

t.test('without it there are no carriers, and the usual limits', async (t) => {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  t.match(copy.load().instance?.carriers, {
    carriers: [],
    outbound: { concurrentCalls: 10, premiumRate: false, agent: { callsPerHour: 60 } },
  })
})

t.test('each link has its own password', async (t) => {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  const link = (name: string) => ({
    name,
    host: 'sip.example.net',
    user: name,
    passwordFile: `secrets/${name}`,
    register: {},
  })
  const carriers = [
    { name: 'One', links: [link('a'), link('b')] },
    { name: 'Two', links: [link('c')] },
  ]
  for (const name of ['a', 'b', 'c']) copy.secret(name, `password of ${name}\n`)
  copy.write('carriers.yaml', JSON.stringify({ carriers }))
  t.same(copy.lines(), [])
  const loaded = copy.load().instance?.carriers.carriers ?? []
  t.same(
    loaded.flatMap(({ links }) => links.map(({ password }) => password)),
    ['password of a', 'password of b', 'password of c'],
  )
})

t.test('a short password is the carrier’s to mend', async (t) => {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  copy.secret('short', '1234\n')
  const link = { name: 'a', host: 'sip.example.net', user: 'a', passwordFile: 'secrets/short' }
  copy.write('carriers.yaml', JSON.stringify({ carriers: [{ name: 'One', links: [link] }] }))
  t.same(copy.lines(), [])
})

t.test('before the secrets are there a check is content', async (t) => {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  copy.addExamples()
  copy.remove('secrets/example-telecom')
  t.match(copy.lines({ secrets: 'optional' }), [/warning CFG-332: The password file of link "main" does not exist/])
})

t.test('an agent’s own countries are countries', async (t) => {
  const copy = new InstanceCopy()
  t.teardown(() => copy.dispose())
  copy.edit('agents.yaml', '    routingProfile:', '    outbound: { countries: [GB, UK] }\n    routingProfile:')
  t.match(copy.lines(), [/There is no country "UK"\. Write GB\./])
})
