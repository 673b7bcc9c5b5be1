// How a number that is being ported stands at a time: until the agreed second calls go out as before, from it on as
// numbers.yaml says. Nothing is switched by anybody: whoever asks at that time gets the answer of that time.
import type { NumberStanding } from '../carrier/outbound-instance.ts'
import type { Port, PortState } from '../config/porting-schema.ts'
import { stateAt } from './port-machine.ts'

const ours: ReadonlySet<PortState> = new Set(['porting', 'verifying', 'completed'])

/** Undefined: the number is the instance's own, as numbers.yaml says. The last port of a number counts. */
export function standingOf(ports: readonly Port[], number: string, epochMs: number): NumberStanding | undefined {
  const port = ports.findLast(({ numbers }) => numbers.includes(number))
  return !port || ours.has(stateAt(port, epochMs)) ? undefined : port.before
}

/** For those who ask of one configuration. */
export function standingIn(ports: readonly Port[]) {
  return (number: string, epochMs: number) => standingOf(ports, number, epochMs)
}

/** What somebody should try once the numbers have come over. */
export function testCalls({ numbers, winning }: Pick<Port, 'numbers' | 'winning'>): string[] {
  return [
    ...numbers.map((number) => `call ${number} from another carrier’s telephone: the box answers`),
    `call a mobile telephone showing ${numbers[0]}: it goes over ${winning} and shows that number`,
    'see the old platform go quiet: no call there any more',
  ]
}
