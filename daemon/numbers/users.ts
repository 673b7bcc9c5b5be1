// What of the configuration names a number, in words: while there is any, the number can't be given back.
import type { Instance } from '../config/instance.ts'

export function usersOf({ boards, queues, carriers }: Instance, number: string): string[] {
  const lines = boards.flatMap((board) => board.lines.filter((line) => line.number === number))
  const shownBy = [...queues.values()].filter(({ outboundCallerId }) => outboundCallerId?.number === number)
  const defaults = carriers.carriers.filter(({ defaultNumber }) => defaultNumber === number)
  return [
    ...lines.map(({ name }) => `line ${name}`),
    ...shownBy.map(({ name }) => `caller ID of queue ${name}`),
    ...defaults.map(({ name }) => `default number of carrier ${name}`),
    ...(carriers.outbound.callerId === number ? ['caller ID of calls out'] : []),
  ]
}
