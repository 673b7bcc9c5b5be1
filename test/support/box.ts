// A whole box for call tests: simulated board, instance, daemon and agents' phones, all on 127.0.0.1, all gone at the end.
import type { Test } from 'tap'
import { type RunningBoard, startBoard } from '../rig/board-client.ts'
import { Baresip, type BaresipOptions } from './baresip.ts'
import { Daemon } from './daemon.ts'
import { boardName, makeTestInstance, type TestInstance, type TestInstanceOptions } from './instance.ts'
import { balanced, type Ledger, takeLedger } from './ledger.ts'
import { type CallOptions, LineCaller } from './line-caller.ts'

export interface Box {
  board: RunningBoard
  instance: TestInstance
  daemon: Daemon
  /** A phone of the agent, registered and known to the routing. */
  phone(options: { userName: string; toneHz: number } & Partial<BaresipOptions>): Promise<Baresip>
  /** A caller; the line rings. */
  call(options?: CallOptions): Promise<LineCaller>
  /** Everything the calls took has been given back. */
  isAsBefore(): Promise<void>
}

export async function startBox(t: Pick<Test, 'teardown'>, options: TestInstanceOptions = {}): Promise<Box> {
  const board = await startBoard({ ports: options.lines ?? 2 })
  t.teardown(() => board.stop())
  const instance = await makeTestInstance(options)
  t.teardown(() => instance.remove())
  const daemon = await Daemon.start({ instance, boards: { [boardName]: board.device } })
  t.teardown(() => daemon.remove())
  await daemon.shows('every line to be ready', ({ lines }) =>
    lines.every((line) => line.state === 'idle' && line.battery === 'present'),
  )
  let before: Ledger = await takeLedger(daemon)
  return {
    board,
    instance,
    daemon,
    phone: async (phoneOptions) => {
      const phone = await Baresip.start({
        box: instance.sipAddress,
        password: instance.passwords.get(phoneOptions.userName) ?? 'none',
        ...phoneOptions,
      })
      t.teardown(() => phone.stop())
      await phone.registered()
      await daemon.shows(`${phoneOptions.userName} to be reachable`, ({ agents }) =>
        agents.some((agent) => agent.userName === phoneOptions.userName && agent.reachable),
      )
      // A registration keeps a timer of its own.
      before = await takeLedger(daemon)
      return phone
    },
    call: async (callOptions) => {
      const caller = await LineCaller.call(board, callOptions)
      t.teardown(() => caller.forget())
      return caller
    },
    isAsBefore: () => balanced(daemon, before),
  }
}
