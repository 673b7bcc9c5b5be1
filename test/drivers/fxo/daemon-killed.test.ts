// The daemon is killed in mid-call: its driver's process must not outlive it. The line waits for the next daemon, and is
// released when none comes.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { startBoard } from '../../rig/board-client.ts'
import { Program } from '../../support/program.ts'
import { until } from '../../support/wait.ts'

/** Processes of drivers that work for this device's daemon. */
function driverProcessesOf(parentPid: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && parentOf(pid) === parentPid)
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/\nPPid:\t(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return undefined // it has ended meanwhile
  }
}

t.test('a daemon killed in mid-call', async (t) => {
  const board = await startBoard()
  t.teardown(() => board.stop())
  const script = join(import.meta.dirname, 'holding-host.ts')
  const start = () => new Program('daemon', process.execPath, [script, board.device, dirname(board.device)])
  const first = start()
  await first.printed(/line taken: \{"done":true\}/)
  const processes = driverProcessesOf(first.pid)
  t.equal(processes.length, 1)
  first.kill()
  await until('the driver’s process to end', () => processes.every((pid) => parentOf(pid) === undefined))

  const second = start()
  await second.printed(/line held/)
  t.equal((await board.client.port(1)).hook, 'offHook', 'the next daemon finds the line as it was')
  second.kill()

  const { cause } = await board.client.next('hookChanged', ({ hook }) => hook === 'onHook', { withinMs: 10_000 })
  t.equal(cause, 'HOST_SILENT', 'no daemon comes: the board releases the line by itself')
})
