// Commands without an answer: sent again, answered, given up, superseded.
import t from 'tap'
import type { HookAck } from '../../../drivers/fxo/board-messages.ts'
import {
  ackCommand,
  addCommand,
  type CommandTable,
  emptyTable,
  pendingMax,
  resendMs,
  sendsMax,
  tickCommands,
} from '../../../drivers/fxo/command-table.ts'

const offHook = (port: number) => ({ port, action: 'OFF_HOOK' as const, flashMs: 0 })
const onHook = (port: number) => ({ port, action: 'ON_HOOK' as const, flashMs: 0 })
const ack = (requestId: number): HookAck => ({ requestId, result: 'DONE', hook: 'IS_OFF_HOOK', deviceUs: 0 })

function withOne(): CommandTable {
  const added = addCommand(emptyTable, offHook(1), 0)
  if (!added) throw new Error('the table is full')
  return added.table
}

t.test('a command is sent again until it is given up', async (t) => {
  let table = withOne()
  const resentAtMs: number[] = []
  let givenUpAtMs: number | undefined
  for (let nowMs = 10; nowMs < 3000; nowMs += 10) {
    const tick = tickCommands(table, nowMs)
    table = tick.table
    if (tick.resend.length > 0) resentAtMs.push(nowMs)
    if (tick.givenUp.length > 0) givenUpAtMs = nowMs
  }
  t.same(resentAtMs, [250, 500, 750, 1000])
  t.equal(givenUpAtMs, resendMs * sendsMax)
  t.same(table.pending, [])
})

t.test('an answer ends it, a second answer finds nothing', async (t) => {
  const once = ackCommand(withOne(), ack(1))
  t.equal(once.acked?.requestId, 1)
  t.same(once.table.pending, [])
  t.equal(ackCommand(once.table, ack(1)).acked, undefined)
})

t.test('an answer to another request changes nothing', async (t) => {
  const table = withOne()
  t.same(ackCommand(table, ack(9)), { table })
})

t.test(
  'a later command to the same port supersedes: an old off-hook must never be sent after an on-hook',
  async (t) => {
    const added = addCommand(withOne(), onHook(1), 10)
    t.same(
      added?.superseded.map(({ requestId }) => requestId),
      [1],
    )
    t.same(
      tickCommands(added!.table, 10_000).resend.map(({ action }) => action),
      ['ON_HOOK'],
    )
  },
)

t.test('commands to other ports stand', async (t) => {
  const added = addCommand(withOne(), onHook(2), 10)
  t.same(added?.superseded, [])
  t.equal(added?.table.pending.length, 2)
})

t.test('a full table refuses', async (t) => {
  let table = emptyTable
  for (let port = 1; port <= pendingMax; port++) table = addCommand(table, offHook(port), 0)!.table
  t.equal(addCommand(table, offHook(pendingMax + 1), 0), undefined)
})
