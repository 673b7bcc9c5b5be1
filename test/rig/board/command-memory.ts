// The results of the last commands, so that a repeated one is answered and not done twice.
import type { HookAck } from '../../../drivers/fxo/board-messages.ts'

const keptMax = 32

export class CommandMemory {
  #acks: HookAck[] = []

  find(requestId: number): HookAck | undefined {
    return this.#acks.find((ack) => ack.requestId === requestId)
  }

  keep(ack: HookAck): void {
    this.#acks.push(ack)
    if (this.#acks.length > keptMax) this.#acks.shift()
  }

  clear(): void {
    this.#acks = []
  }
}
