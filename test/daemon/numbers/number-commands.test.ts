// cordboard number: from the inventory to the caller's flow, and back to the carrier.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { offersOf } from '../../../daemon/numbers/inventory.ts'
import { cordboard } from '../cli/cli-support.ts'
import { InstanceCopy } from '../config/shipped.ts'

function desk(t: Test) {
  const copy = new InstanceCopy().addExamples()
  t.teardown(() => copy.dispose())
  const number = (...args: string[]) => cordboard('number', ...args, '--instance', copy.directory)
  const json = async (...args: string[]) => JSON.parse((await number(...args, '--json')).out)
  return { copy, number, json }
}

const london = '+442079460201'
const free = '+448081570201'

t.test('what carriers have: by digits, kind and country; what is claimed or was released is not offered', async (t) => {
  const { number, json } = desk(t)
  t.match(await json('search', '--kind', 'tollFree'), {
    version: 1,
    numbers: [{ number: free, carrier: 'Example Carrier' }],
  })
  t.equal((await json('search', '2079')).numbers.length, 2)
  t.match(await number('search', '--country', 'US'), { exitCode: 1 })
  await number('claim', london)
  await number('claim', free)
  await number('release', free)
  t.same(
    (await json('search')).numbers.map((one: { number: string }) => one.number),
    ['+442079460202', '+441134960201'],
  )
})

t.test('a number is claimed as people write it, described, attached, listed, shown and released', async (t) => {
  const { copy, number, json } = desk(t)
  t.match(await number('claim', '020 7946 0201', '--description', 'Sales', '--queue', 'Sales'), { exitCode: 0 })
  t.match(copy.lines(), [/numbers\.yaml.*CFG-514.*\+442079460201 has no flow/], 'a warning: nobody answers it yet')
  t.match(await number('attach', london, '--flow', 'main'), { exitCode: 0 })
  t.match(await number('describe', london, 'Sales, London'), { exitCode: 0 })
  t.match(await json('list', '--queue', 'Sales', '--flow', 'main', '--kind', 'did', '--country', 'GB'), {
    numbers: [
      { number: london, formatted: '+44 20 7946 0201', description: 'Sales, London', carriers: ['Example Carrier'] },
    ],
    limit: 10,
  })
  t.match(await json('show', london), { number: { flow: 'main', queue: 'Sales' }, usedBy: [] })
  t.match(await number('attach', london, '--no-queue'), { exitCode: 0 })
  t.match(await json('list', '--queue', 'Sales'), { numbers: [] })
  t.match(await number('release', london), { exitCode: 0 })
  t.match(await number('show', london), { exitCode: 1, err: /was released/ })
  t.match(await number('claim', london), { exitCode: 1, err: /can’t be claimed again/ })
})

t.test('what is refused: limits, unknown numbers, flows and queues, numbers in use', async (t) => {
  const { copy, number } = desk(t)
  copy.edit('box.yaml', 'limits:', 'limits:\n  phoneNumbers: 3')
  t.match(await number('claim', '+442079460999'), { exitCode: 1, err: /No carrier has/ })
  t.match(await number('claim', '+4420'), { exitCode: 2, err: /too short|no such number/ })
  t.match(await number('claim', london, '--flow', 'nowhere'), { exitCode: 1, err: /no flow "nowhere"/ })
  t.match(await number('attach', london, '--flow', 'main'), { exitCode: 1, err: /is not claimed/ })
  t.match(await number('claim', london), { exitCode: 0 })
  t.match(await number('claim', london), { exitCode: 1, err: /claimed already/ })
  t.match(await number('claim', free), { exitCode: 1, err: /3 numbers are claimed, and 3 is the most.*phoneNumbers/ })
  t.match(await number('attach', london, '--queue', 'Nobody'), { exitCode: 1, err: /no queue "Nobody"/ })
  t.match(await number('release', '+442079460101'), { exitCode: 1, err: /is used: line Line 1/ })
  t.match(await number('attach', london), { exitCode: 2, err: /--flow or --queue/ })
  t.match(await number('list', '--kind', 'golden'), { exitCode: 2, err: /did, tollFree or uifn/ })
})

t.test('an entry by hand, with its comments, outlives the commands', async (t) => {
  const { copy, number } = desk(t)
  copy.edit('numbers.yaml', '    description: Main number\n', '    description: Main number # on the letterhead\n')
  await number('claim', london)
  await number('release', london)
  t.match(copy.read('numbers.yaml'), /description: Main number # on the letterhead\n/)
  t.match(copy.read('numbers.yaml'), /^# yaml-language-server: \$schema/)
})

t.test('an inventory over HTTP; one that fails is told, and the others count', async (t) => {
  const { copy, number, json } = desk(t)
  let status = 200
  const server = createServer((_request, response) => {
    response
      .writeHead(status)
      .end(JSON.stringify({ numbers: [{ number: '+442079460777', area: 'London' }, { number: '12' }] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  copy.edit('carriers.yaml', 'order: 10\n', `order: 10\n    inventory: { url: "http://127.0.0.1:${port}/numbers" }\n`)
  t.match(await json('search', '--carrier', 'Example Telecom'), {
    numbers: [{ number: '+442079460777', kind: 'did' }],
    problems: [/offers "12"/],
  })
  t.match(await number('claim', '+442079460777'), { exitCode: 0 })
  status = 500
  t.match(await json('search', '2079'), { numbers: [{}, {}], problems: [/Example Telecom can’t be read.*500/] })
})

t.test('inventories: CSV and JSON say the same', async (t) => {
  const wanted = [{ number: free, kind: 'tollFree', country: 'GB' }]
  t.match(offersOf(`number,kind\n${free},\n`, 'c', 'GB').offers, wanted)
  t.match(offersOf(JSON.stringify([{ number: free }]), 'c', 'GB').offers, wanted)
  t.throws(() => offersOf('name\nsomething\n', 'c', 'GB'))
})
