// Who calls whom, as a carrier's INVITE tells it: P-Asserted-Identity, Remote-Party-ID and From for the caller; Request-
// URI, To and P-Called-Party-ID for the number; Diversion and History-Info for who passed the call on. Pure.
import type { LegParty } from '../../leg/leg.ts'
import { splitList } from '../wire/name-addr.ts'
import { fromWireText, header, headers, type WireRequest } from '../wire/wire-message.ts'
import type { InboundSettings } from './link-settings.ts'
import { type NumberAddress, readAddress } from './number-address.ts'

export interface CarrierParties {
  remote: LegParty
  local: LegParty
  /** For flows, by the names they use. */
  headers: Record<string, string>
}

/** What flows may read under `$.Media.Sip.Headers` (flow language facts), and where it names the caller. */
const flowHeaders: readonly { name: string; namesCaller?: boolean }[] = [
  { name: 'P-Asserted-Identity', namesCaller: true },
  { name: 'P-Charge-Info', namesCaller: true },
  { name: 'From', namesCaller: true },
  { name: 'Calling-Party-Address', namesCaller: true },
  { name: 'To' },
  { name: 'Called-Party-Address' },
  { name: 'ISUP-OLI' },
  { name: 'JIP' },
  { name: 'Hop-Counter' },
  { name: 'Originating-Switch' },
  { name: 'Originating-Trunk' },
  { name: 'Call-Forwarding-Indicator' },
  { name: 'Diversion' },
  { name: 'History-Info' },
]

const longestHeader = 1024

/** `ownUser`: user part of our registration's contact, which is no number. */
export function carrierParties(
  request: WireRequest,
  settings: InboundSettings,
  ownUser: string | undefined,
): CarrierParties {
  const from = readAddress(header(request, 'from') ?? '')
  const asserted = settings.trusted ? assertedCallers(request) : []
  const withheld = withheldBy(request, from, settings.trusted)
  return {
    remote: withheld ? { withheld } : callerOf(asserted, from, settings),
    local: calledParty(request, settings, ownUser),
    headers: headersForFlows(request, { asserted, from, withheld: withheld !== undefined, settings }),
  }
}

/** RFC 3325: PAI goes before what it replaced. */
function assertedCallers(request: WireRequest): NumberAddress[] {
  return ['p-asserted-identity', 'remote-party-id']
    .flatMap((key) => headers(request, key).flatMap(splitList))
    .map(readAddress)
    .filter((one): one is NumberAddress => one !== undefined && one.user !== '')
}

function callerOf(
  asserted: readonly NumberAddress[],
  from: NumberAddress | undefined,
  settings: InboundSettings,
): LegParty {
  // PAI may name one address twice, as sip: and as tel:, or an account before the number.
  const numbered = asserted.find((one) => settings.toE164(one.user) !== undefined)
  const caller = numbered ?? asserted[0] ?? from
  if (!caller || caller.user === '') return { withheld: 'unavailable' }
  const displayName = caller.displayName ?? asserted.find((one) => one.displayName)?.displayName ?? from?.displayName
  return {
    address: settings.toE164(caller.user) ?? caller.user,
    ...(displayName !== undefined && { displayName }),
  }
}

/** RFC 3323: `id`, `user` and `header` all hide the caller from us; `none` and `session` don't. */
function withheldBy(request: WireRequest, from: NumberAddress | undefined, trusted: boolean): LegParty['withheld'] {
  const privacy = headers(request, 'privacy').flatMap((value) => value.toLowerCase().split(/[;,\s]+/))
  if (privacy.some((word) => word === 'id' || word === 'user' || word === 'header')) return 'private'
  const hidden = headers(request, 'remote-party-id')
    .flatMap(splitList)
    .some((value) => /^(full|name|uri)$/i.test(readAddress(value)?.parameters.get('privacy') ?? ''))
  if (trusted && hidden) return 'private'
  if (!from) return undefined
  if (/^anonymous$/i.test(from.user) || /^anonymous\.invalid$/i.test(from.host ?? '')) return 'private'
  return /^(unavailable|unknown|restricted)$/i.test(from.user) ? 'unavailable' : undefined
}

function calledParty(request: WireRequest, settings: InboundSettings, ownUser: string | undefined): LegParty {
  const sources: Record<Exclude<InboundSettings['calledFrom'], 'auto'>, string | undefined> = {
    calledPartyId: header(request, 'p-called-party-id'),
    requestUri: `<${request.uri}>`,
    to: header(request, 'to'),
  }
  const { calledFrom } = settings
  const order = calledFrom === 'auto' ? Object.values(sources) : [sources[calledFrom]]
  const users = order
    .map((value) => readAddress(value ?? '')?.user)
    .filter((user): user is string => user !== undefined && user !== '' && user !== ownUser)
  const address =
    users.map(settings.toE164).find((number) => number !== undefined) ?? settings.defaultNumber ?? users[0]
  return address === undefined ? {} : { address }
}

function headersForFlows(
  request: WireRequest,
  of: {
    asserted: readonly NumberAddress[]
    from: NumberAddress | undefined
    withheld: boolean
    settings: InboundSettings
  },
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { name, namesCaller } of flowHeaders) {
    const value = header(request, name.toLowerCase())
    // Who withheld the number has not told it to the flow either.
    if (value === undefined || (namesCaller && of.withheld)) continue
    found[name] = fromWireText(value).slice(0, longestHeader)
  }
  const forwardedBy = diverter(request, of.settings)
  if (forwardedBy !== undefined) found['Call-Forwarding-Indicator'] ??= forwardedBy
  const verstat = [...of.asserted, of.from].map((one) => one?.parameters.get('verstat')).find(Boolean)
  if (verstat !== undefined && of.settings.trusted) found.verstat = verstat.slice(0, 64)
  return found
}

/** The number that passed the call on last: the first Diversion (RFC 5806), or the last but one History-Info (RFC 7044). */
function diverter(request: WireRequest, { toE164 }: InboundSettings): string | undefined {
  const diversions = headers(request, 'diversion').flatMap(splitList)
  const history = headers(request, 'history-info').flatMap(splitList)
  const value = diversions[0] ?? (history.length > 1 ? history.at(-2) : undefined)
  const user = readAddress(value ?? '')?.user
  return user === undefined || user === '' ? undefined : (toE164(user) ?? user)
}
