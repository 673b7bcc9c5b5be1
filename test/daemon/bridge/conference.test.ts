import t from 'tap'
import { Conference, maximumSeats } from '../../../daemon/bridge/conference.ts'
import type { PortId } from '../../../daemon/media/port.ts'
import { FakeLeg } from '../../support/fake-leg.ts'

/** A room whose paths are told as `anna>customer`: what anna says, the customer hears. */
function room() {
  const paths = new Set<string>()
  const keys: string[] = []
  const names = new Map<PortId, string>()
  const name = (portId: PortId) => names.get(portId) ?? `port ${portId}`
  const conference = new Conference({
    connect: (from, to) => void paths.add(`${name(from)}>${name(to)}`),
    disconnect: (from, to) => void paths.delete(`${name(from)}>${name(to)}`),
    sendDigits: async (portId, digits) => void keys.push(`${digits} to ${name(portId)}`),
  })
  const talkingLeg = async (id: string) => {
    const leg = new FakeLeg({ id })
    await leg.answer()
    names.set(leg.portId!, id)
    return leg
  }
  return { conference, leg: talkingLeg, keys, paths: () => [...paths].sort() }
}

t.test('two who talk hear each other', async (t) => {
  const { conference, leg, paths } = room()
  conference.seat(await leg('customer'), { as: 'talking' })
  conference.seat(await leg('anna'), { as: 'talking' })
  t.same(paths(), ['anna>customer', 'customer>anna'])
})

t.test('three who talk all hear each other; one apart hears and says nothing', async (t) => {
  const { conference, leg, paths } = room()
  const customer = await leg('customer')
  conference.seat(customer, { as: 'talking' })
  conference.seat(await leg('anna'), { as: 'talking' })
  conference.seat(await leg('ben'), { as: 'talking' })
  t.equal(paths().length, 6)
  conference.seat(customer, { as: 'apart' })
  t.same(paths(), ['anna>ben', 'ben>anna'])
  conference.seat(customer, { as: 'talking' })
  t.equal(paths().length, 6)
})

t.test('a silent listener hears all who talk, and nobody hears the listener', async (t) => {
  const { conference, leg, paths } = room()
  conference.seat(await leg('customer'), { as: 'talking' })
  conference.seat(await leg('anna'), { as: 'talking' })
  conference.seat(await leg('sue'), { as: 'listening' })
  t.same(paths(), ['anna>customer', 'anna>sue', 'customer>anna', 'customer>sue'])
})

t.test('who whispers to one hears all, and only that one hears the whisper', async (t) => {
  const { conference, leg, paths } = room()
  const anna = await leg('anna')
  conference.seat(await leg('customer'), { as: 'talking' })
  conference.seat(anna, { as: 'talking' })
  conference.seat(await leg('sue'), { as: 'whispering', to: anna })
  t.same(paths(), ['anna>customer', 'anna>sue', 'customer>anna', 'customer>sue', 'sue>anna'])
})

t.test('tones of a call not yet answered reach the one who waits for it', async (t) => {
  const { conference, leg, paths } = room()
  const anna = await leg('anna')
  conference.seat(anna, { as: 'talking' })
  conference.seat(await leg('far'), { as: 'announcing', to: anna })
  t.same(paths(), ['far>anna'])
})

t.test('a leg that ends is taken out of all paths, also when it has lost its port already', async (t) => {
  const { conference, leg, paths } = room()
  const anna = await leg('anna')
  conference.seat(await leg('customer'), { as: 'talking' })
  conference.seat(anna, { as: 'talking' })
  anna.leave()
  conference.remove(anna)
  t.same(paths(), [])
  conference.remove(anna)
  conference.end()
  conference.end()
  t.same(paths(), [])
})

t.test('a leg seated before it is answered takes part when it has its port', async (t) => {
  const { conference, leg, paths } = room()
  const ben = new FakeLeg({ id: 'ben', direction: 'outbound' })
  conference.seat(await leg('anna'), { as: 'talking' })
  conference.seat(ben, { as: 'talking' })
  t.same(paths(), [])
  ben.pickUp()
  conference.refresh()
  t.equal(paths().length, 2)
})

t.test('the room has a bound', async (t) => {
  const { conference, leg, paths } = room()
  for (let seats = 0; seats < maximumSeats; seats++)
    t.equal(conference.seat(await leg(`guest ${seats}`), { as: 'apart' }), true)
  t.equal(conference.seat(await leg('one more'), { as: 'talking' }), false)
  t.same(paths(), [])
})

t.test('a key goes on to whoever hears it where the audio has not carried it', async (t) => {
  const { conference, leg, keys } = room()
  const [anna, bank, sue] = [await leg('anna'), await leg('bank'), await leg('sue')]
  conference.seat(anna, { as: 'talking' })
  conference.seat(bank, { as: 'talking' })
  conference.seat(sue, { as: 'apart' })
  anna.tell({ type: 'digitReceived', digit: '1', isUnheard: true })
  anna.tell({ type: 'digitReceived', digit: '2' })
  t.same(keys, ['1 to bank'])
})

t.test('a key goes to a leg that has a way of its own for keys, however it came, and not by audio', async (t) => {
  const { conference, leg, keys } = room()
  const [anna, bank] = [await leg('anna'), await leg('bank')]
  const byInfo: string[] = []
  bank.sendDigits = async (digits) => void byInfo.push(digits)
  conference.seat(anna, { as: 'talking' })
  conference.seat(bank, { as: 'talking' })
  anna.tell({ type: 'digitReceived', digit: '1', isUnheard: true })
  anna.tell({ type: 'digitReceived', digit: '2' })
  t.same([byInfo, keys], [['1', '2'], []])
})

t.test('keys of a leg that is held, or has left, are heard by nobody', async (t) => {
  const { conference, leg, keys } = room()
  const [anna, bank] = [await leg('anna'), await leg('bank')]
  conference.seat(anna, { as: 'talking' })
  conference.seat(bank, { as: 'talking' })
  conference.seat(anna, { as: 'apart' })
  anna.tell({ type: 'digitReceived', digit: '1', isUnheard: true })
  conference.seat(anna, { as: 'talking' })
  conference.remove(anna)
  anna.tell({ type: 'digitReceived', digit: '2', isUnheard: true })
  t.same(keys, [])
})
