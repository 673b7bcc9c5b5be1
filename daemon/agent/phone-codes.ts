// What agents can key on any telephone: dialled on a free phone, or pressed in the middle of a call. Pure: keys in, a
// wish out.
//
//   *10 Available     *11–*19 the instance's own statuses, in their order     *00 Offline     *20 after-contact work over
//   in a call:  *30 TARGET # cold transfer   *31 TARGET # warm   *32 join all   *33 hold   *34 hold all   *35 resume
//               *36 leave the others to themselves   *37 let the last one go   *38 recording pauses   *39 goes on
//
// TARGET is a quick connect's code, or a number as dialled.
import type { AgentCommand, CallTarget } from './agent-command.ts'

/** What of the instance the codes stand for. */
export interface CodeBook {
  /** Names of the instance's own statuses, in their order. */
  customStatuses: readonly string[]
  /** Quick connects by their code. */
  quickConnects: ReadonlyMap<string, string>
  /** Quick connects by what phones with letters write, in small ones: their name, or that of their agent or queue. */
  names: ReadonlyMap<string, string>
}

/** Longest number that can be dialled, with an outside-line digit and an international prefix. */
const longestTarget = 24

/** `incomplete`: more keys may make a code of it. */
export type CodeReading = { is: 'command'; command: AgentCommand } | { is: 'incomplete' } | { is: 'unknown' }

const fixed: Readonly<Record<string, AgentCommand>> = {
  '00': { do: 'setStatus', status: 'Offline' },
  '10': { do: 'setStatus', status: 'Available' },
  '20': { do: 'clearContact' },
  '32': { do: 'join' },
  '33': { do: 'hold', party: 'customer' },
  '34': { do: 'hold', party: 'others' },
  '35': { do: 'resume' },
  '36': { do: 'leave' },
  '37': { do: 'drop' },
  '38': { do: 'pauseRecording' },
  '39': { do: 'resumeRecording' },
}

const transfers: Readonly<Record<string, 'cold' | 'warm'>> = { '30': 'cold', '31': 'warm' }

/** `keys`: all that was keyed, the star first; the end of a target is `#`. */
export function readCode(keys: string, book: CodeBook): CodeReading {
  if (!/^\*[0-9#]*$/.test(keys)) return { is: 'unknown' }
  const code = keys.slice(1, 3)
  if (code.length < 2) return code.includes('#') ? { is: 'unknown' } : { is: 'incomplete' }
  const rest = keys.slice(3)
  const kind = transfers[code]
  if (kind) return readTransfer(kind, rest, book)
  const command = fixed[code] ?? customStatus(code, book)
  return command && (rest === '' || rest === '#') ? { is: 'command', command } : { is: 'unknown' }
}

/** A number without star: a quick connect by its code or a name it has, else a number to call. */
export function readTarget(keys: string, { quickConnects, names }: CodeBook): CallTarget {
  const quickConnect = quickConnects.get(keys) ?? names.get(keys.toLowerCase())
  return quickConnect === undefined ? { number: keys } : { quickConnect }
}

function readTransfer(kind: 'cold' | 'warm', rest: string, book: CodeBook): CodeReading {
  const end = rest.indexOf('#')
  if (end === -1) return rest.length > longestTarget ? { is: 'unknown' } : { is: 'incomplete' }
  if (end === 0 || end < rest.length - 1) return { is: 'unknown' }
  return { is: 'command', command: { do: 'transfer', kind, target: readTarget(rest.slice(0, end), book) } }
}

function customStatus(code: string, { customStatuses }: CodeBook): AgentCommand | undefined {
  const place = /^1([1-9])$/.exec(code)?.[1]
  const status = place === undefined ? undefined : customStatuses[Number(place) - 1]
  return status === undefined ? undefined : { do: 'setStatus', status }
}
