// Telephone lines that may call out, as ways out like the links of carriers: one channel each.
import type { Board, LineOutbound } from '../config/lines-schema.ts'
import type { Lines, LineView } from '../line/lines.ts'
import { numberForLink } from './number-rules.ts'
import type { OutboundLink } from './outbound-link.ts'

/** `country`: of the instance, whose national numbers are meant. */
export function lineLinks(
  boards: readonly Board[],
  country: string,
  lines: Pick<Lines, 'views' | 'call'>,
): OutboundLink[] {
  return boards.flatMap((board) =>
    board.lines.flatMap(({ name, outbound }) => (outbound ? [lineLink(board, name, outbound, country, lines)] : [])),
  )
}

function lineLink(
  board: Board,
  line: string,
  { order, weight, numbers }: LineOutbound,
  country: string,
  lines: Pick<Lines, 'views' | 'call'>,
): OutboundLink {
  return {
    view() {
      const standing = lines.views().find(({ name }) => name === line)
      return {
        carrier: board.name,
        link: line,
        order: [order, 0],
        weight,
        state: standing && isUsable(standing) ? 'up' : 'down',
        calls: standing && standing.state !== 'idle' ? 1 : 0,
        channels: 1,
        place: board.kind === 'cellularModule' ? 'module' : 'line',
      }
    },
    // Whose number is shown is the exchange's affair: a line shows its own.
    dial: ({ number, emergency }) =>
      lines.call(line, emergency ? number : numberForLink(numbers, number, country), { address: number }),
  }
}

/** Without battery, or a network, or with another telephone on the pair, it dials nobody. */
function isUsable({ state, battery, inUse }: LineView): boolean {
  return state !== 'faulted' && battery !== 'lost' && inUse !== true
}
