// What a number lets in: as many calls at once as it has room for, both ways; none while no flow answers it.
import t from 'tap'
import { ContactRig } from '../../support/contact-rig.ts'

const number = '+15550100'

t.test('a number is full, and has room again when a caller has left', async (t) => {
  const rig = new ContactRig([])
  rig.world.instance.numbers.set(number, { number, flow: 'main', capacity: 2 })
  const first = await rig.call()
  await rig.call()
  const third = await rig.call()
  t.equal(third.end?.reason, 'atCapacity')
  t.equal(rig.numberCalls.of(number), 2)
  first.leave()
  t.equal((await rig.call()).state, 'talking')
})

t.test('calls that show the number take its room, too', async (t) => {
  const rig = new ContactRig([])
  rig.world.instance.numbers.set(number, { number, flow: 'main', capacity: 1 })
  const over = rig.numberCalls.enter(number)
  t.equal((await rig.call()).end?.reason, 'atCapacity')
  over()
  t.equal((await rig.call()).state, 'talking')
})

t.test('a number without a flow is not in service', async (t) => {
  const rig = new ContactRig([])
  rig.world.instance.numbers.set(number, { number })
  t.equal((await rig.call()).end?.reason, 'noRoute')
  t.equal(rig.numberCalls.size, 0)
})
