// The daemon is killed in mid-call: its driver's process must not outlive it, nor leave the line off-hook.
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

t.test('a daemon killed in mid-call: the line is released by command, and no process stays', async (t) => {
  const board = await startBoard()
  t.teardown(() => board.stop())
  const script = join(import.meta.dirname, 'holding-host.ts')
  const daemon = new Program('daemon', process.execPath, [script, board.device, dirname(board.device)])
  await daemon.printed(/line taken: \{"done":true\}/)
  const processes = driverProcessesOf(daemon.pid)
  t.equal(processes.length, 1)
  daemon.kill()
  const { cause } = await board.client.next('hookChanged', ({ hook }) => hook === 'onHook')
  t.equal(cause, 'COMMANDED', 'not only by the board’s own safety after 3 s')
  await until('the driver’s process to end', () => processes.every((pid) => parentOf(pid) === undefined))
})
