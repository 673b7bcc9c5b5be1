// The host's end of the event stream: each event once and in order, across loss, repetition and the end of numbers.
import t from 'tap'
import { emptyInbox, takeEvent } from '../../../drivers/fxo/event-inbox.ts'

const at = (nextSeq: number) => ({ nextSeq })

const table: [string, number, { seq: number; oldestHeld: number }, ReturnType<typeof takeEvent>][] = [
  ['the first', 0, { seq: 0, oldestHeld: 0 }, { is: 'new', inbox: at(1), lost: 0 }],
  ['the next', 5, { seq: 5, oldestHeld: 3 }, { is: 'new', inbox: at(6), lost: 0 }],
  ['one whose ack was lost', 5, { seq: 4, oldestHeld: 4 }, { is: 'repeated', inbox: at(5) }],
  ['one that overtook a lost one', 5, { seq: 6, oldestHeld: 5 }, { is: 'early', inbox: at(5) }],
  ['one after two the board gave up', 5, { seq: 7, oldestHeld: 7 }, { is: 'new', inbox: at(8), lost: 2 }],
  ['early, after one given up', 5, { seq: 8, oldestHeld: 6 }, { is: 'early', inbox: at(5) }],
  ['numbers that contradict themselves', 5, { seq: 5, oldestHeld: 6 }, { is: 'absurd', inbox: at(5) }],
  ['numbers that leap', 5, { seq: 1_000_000, oldestHeld: 1_000_000 }, { is: 'absurd', inbox: at(5) }],
  [
    'the last number of all',
    0xffffffff,
    { seq: 0xffffffff, oldestHeld: 0xfffffffe },
    { is: 'new', inbox: at(0), lost: 0 },
  ],
  [
    'the one before the numbers began anew',
    0,
    { seq: 0xffffffff, oldestHeld: 0xffffffff },
    { is: 'repeated', inbox: at(0) },
  ],
]

for (const [name, nextSeq, event, verdict] of table)
  t.test(name, async (t) => {
    t.same(takeEvent(at(nextSeq), event), verdict)
  })

t.test('a session begins at 0', async (t) => {
  t.same(emptyInbox, at(0))
})
