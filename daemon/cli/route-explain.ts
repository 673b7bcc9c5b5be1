// `cordboard route explain`: which way a call to a number would go, and why. Asks the daemon how the links stand, and goes
// by the files alone where none answers.
import { reportVersion, statusReport } from '../api/reports.ts'
import { type ExplainedLink, type ExplainedRoute, explainRoute } from '../carrier/explain-route.ts'
import type { Shown } from '../carrier/route-decision.ts'
import { standingIn } from '../porting/standing.ts'
import type { LinkState } from '../sip/endpoint.ts'
import { askIfThere } from './ask-daemon.ts'
import { type Command, type Invocation, textOption, UsageError } from './command.ts'
import { soundInstance } from './flow-file.ts'
import { instanceDirectory } from './places.ts'
import { formatTable, printable } from './table.ts'

export const routeExplainCommand: Command = {
  synopsis: 'NUMBER [--from NUMBER] [--at TIME] [--instance DIR] [--socket PATH] [--json]',
  help: `Tells which way a call to NUMBER would go, and why: what the number is, whether it may be called, which of our
numbers it shows, and the links in the order in which they are tried, with prices. Calls nobody.

  --from NUMBER   the number that flow or queue would show
  --at TIME       at that time instead of now: 2026-12-24T20:00:00Z
  --instance DIR  configuration (default /etc/cordboard if it is configured, else the shipped instance)
  --socket PATH   control socket of the daemon that is asked how the links stand; none: they are taken to be up
  --json          one JSON object: \`version\`, \`live\`, \`at\`, \`route\` (number, refused?, shown, tried, passedOver)

Exit codes: 0 the call would go out, 1 it would be refused or there is no way, 2 wrong usage or bad configuration.`,
  options: {
    from: { type: 'string' },
    at: { type: 'string' },
    instance: { type: 'string' },
    socket: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(invocation) {
    const [number, ...rest] = invocation.operands
    if (number === undefined || rest.length > 0) throw new UsageError('Name one number, in quotes if it has blanks.')
    const files = soundInstance(instanceDirectory(invocation))
    const instance = { ...files, standing: standingIn(files.ports) }
    const epochMs = timeOption(invocation)
    const standing = await standingOf(invocation)
    const isLive = standing.links !== undefined
    const route = explainRoute({
      instance,
      number,
      callerId: textOption(invocation.options, 'from'),
      epochMs,
      ...standing,
    })
    const { terminal, options } = invocation
    if (options.json === true) {
      const at = new Date(epochMs).toISOString()
      terminal.out(JSON.stringify({ version: reportVersion, live: isLive, at, route }, null, 2))
    } else for (const line of linesOf(route, isLive)) terminal.out(line)
    return route.refused || route.tried.length === 0 ? 1 : 0
  },
}

function timeOption({ options }: Invocation): number {
  const text = textOption(options, 'at')
  if (text === undefined) return Date.now()
  const epochMs = Date.parse(text)
  if (Number.isNaN(epochMs)) throw new UsageError(`--at ${text}: write a time like 2026-12-24T20:00:00Z.`)
  return epochMs
}

/** Empty: no daemon answers, which is no fault here. */
async function standingOf(invocation: Invocation) {
  const answer = await askIfThere(invocation, 'status')
  if (answer === undefined) return {}
  const { links, lines } = statusReport.parse(answer)
  return {
    links: links.map((link) => ({ ...link, state: stateOf(link.state) })),
    lines: new Map(lines.map((line) => [line.name, lineState(line)])),
  }
}

type LineStanding = 'idle' | 'talking' | 'faulted'

function lineState({ state, battery, inUse }: { state: string; battery?: unknown; inUse?: unknown }): LineStanding {
  if (state === 'faulted' || battery === 'lost' || inUse === true) return 'faulted'
  return state === 'idle' ? 'idle' : 'talking'
}

function stateOf(text: string): LinkState {
  return text === 'up' || text === 'down' ? text : 'unknown'
}

function linesOf(route: ExplainedRoute, isLive: boolean): string[] {
  const { number, country, refused, shown, tried, passedOver } = route
  const lines = [numberLine(route.dialled, number, country)]
  if (refused) lines.push(`Refused: ${refused.detail} (${refused.reason}).`)
  if (number.kind === 'invalid') return lines.map(printable)
  if (number.kind === 'emergency')
    lines.push('Emergencies go by the nearest link, whatever is full; one is freed if it must be.')
  if (shown) lines.push(shownLine(shown))
  if (!isLive) lines.push('No daemon answers: links are taken to be up and free.')
  if (tried.length === 0) lines.push('No link would take it.')
  const headings = ['try', 'carrier', 'link', 'order', 'weight', 'price', 'state', 'calls', 'why not']
  const rows = [...tried.map((link, at) => row(link, String(at + 1))), ...passedOver.map((link) => row(link, ''))]
  return [...lines.map(printable), ...(rows.length > 0 ? [formatTable(headings, rows)] : [])]
}

function numberLine(dialled: string, number: ExplainedRoute['number'], country: string | undefined): string {
  if (number.kind === 'invalid') return `${dialled}: no number that can be called.`
  if (number.kind === 'emergency') return `${dialled}: the emergency number ${number.number}.`
  return `${dialled}: ${number.number}${country === undefined ? '' : ` in ${country}`}${number.type ? `, ${number.type}` : ''}.`
}

const whys: Readonly<Record<Shown['why'], string>> = {
  asked: 'as asked for',
  localPresence: 'the nearest to the called number',
  configured: 'as carriers.yaml says (outbound.callerId)',
  first: 'the first of numbers.yaml',
  ported: 'in place of one that is being ported',
  none: 'there is none that may be shown',
}

function shownLine({ number, why, carriers }: Shown): string {
  const over = carriers ? `; only ${carriers.join(', ')} carries it` : ''
  return `Shows ${number ?? 'no number'}: ${whys[why]}${over}.`
}

const whyNot = {
  down: 'it is down',
  full: 'every channel is taken',
  closed: 'it is not its time',
  foreign: 'its carrier does not carry the number that is shown',
} as const

function row(
  { carrier, link, order, weight, price, state, calls, channels, passedOver }: ExplainedLink,
  place: string,
) {
  return [
    place,
    carrier,
    link,
    order.join('/'),
    weight,
    price,
    state,
    `${calls}/${channels}`,
    passedOver && whyNot[passedOver],
  ]
}
