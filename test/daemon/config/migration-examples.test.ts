// The shipped instances for moving onto the box: each is one a daemon would start with, without a word of warning, and its
// test calls go as it says.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cordboard, root } from '../cli/cli-support.ts'

const folder = join(root, 'config/examples/migration')
const examples = readdirSync(folder).filter((name) => name !== 'shared')

t.test('one for each way of moving', async (t) => {
  t.same(examples.sort(), [
    'forwarding-in',
    'forwarding-out',
    'parallel-box-first',
    'parallel-other-first',
    'proof-of-concept',
  ])
})

for (const name of examples) {
  t.test(`${name}: the daemon would start`, async (t) => {
    t.match(await cordboard('check', join(folder, name)), { exitCode: 0, out: /all is well/ })
  })

  t.test(`${name}: its test calls`, async (t) => {
    const { exitCode, out } = await cordboard('flow', 'test', join(folder, name, 'tests'))
    t.equal(exitCode, 0, out)
  })

  t.test(`${name}: its numbers show themselves to whom they call`, async (t) => {
    const { out } = await cordboard('number', 'list', '--instance', join(folder, name), '--json')
    for (const { number, carriers } of JSON.parse(out).numbers) {
      const asked = [
        '020 7946 0999',
        '--from',
        number,
        '--instance',
        join(folder, name),
        '--socket',
        '/nowhere',
        '--json',
      ]
      const { route } = JSON.parse((await cordboard('route', 'explain', ...asked)).out)
      t.same([...new Set(route.tried.map((link: { carrier: string }) => link.carrier))], carriers, number)
    }
  })
}
