// Who calls, as a link wants it told: From, P-Asserted-Identity, Remote-Party-ID, Privacy, Diversion, History-Info. Pure.
import { formatHost } from '../wire/host-port.ts'
import { quotableName } from '../wire/name-addr.ts'
import { escapeUser } from '../wire/sip-uri.ts'
import { toWireText } from '../wire/wire-message.ts'
import type { IdentitySettings } from './link-settings.ts'

export interface OutboundIdentity {
  from: { user: string; host: string; userPhone: boolean }
  /** Wire text, for within quotes. */
  displayName: string
  /** Lines. */
  headers: string[]
}

export interface OutboundCaller {
  /** As the link wants numbers written. */
  number?: string
  name?: string
  withheld?: boolean
}

/** `domain`: of the carrier; `account`: what we registered as. Numbers are as the link wants them written. */
export function outboundIdentity(
  settings: IdentitySettings,
  call: {
    caller: OutboundCaller
    called: string
    divertedFrom?: string | undefined
    domain: string
    account?: string | undefined
  },
): OutboundIdentity {
  const { caller, account } = call
  const host = formatHost(call.domain)
  const phone = settings.userPhone ? ';user=phone' : ''
  const addressOf = (number: string) => `sip:${escapeUser(number)}@${host}${phone}`
  const quotedName = toWireText(quotableName(caller.name ?? ''))
  const named = (number: string) => `${quotedName === '' ? '' : `"${quotedName}" `}<${addressOf(number)}>`
  const headers: string[] = []
  if (settings.assertedIdentity && caller.number !== undefined)
    headers.push(`P-Asserted-Identity: ${named(caller.number)}`)
  if (settings.remotePartyId && caller.number !== undefined)
    headers.push(
      `Remote-Party-ID: ${named(caller.number)};party=calling;screen=yes;privacy=${caller.withheld ? 'full' : 'off'}`,
    )
  if (caller.withheld) headers.push('Privacy: id')
  if (call.divertedFrom !== undefined)
    headers.push(...diversionHeaders(settings, call.divertedFrom, call.called, addressOf))

  const fromUser = settings.from === 'account' ? (account ?? caller.number) : caller.number
  const isAnonymous = (caller.withheld && settings.from === 'caller') || fromUser === undefined
  return isAnonymous
    ? {
        from: { user: 'anonymous', host: 'anonymous.invalid', userPhone: false },
        displayName: 'Anonymous',
        headers,
      }
    : {
        from: { user: fromUser, host, userPhone: settings.userPhone && fromUser === caller.number },
        displayName: caller.withheld ? 'Anonymous' : quotedName,
        headers,
      }
}

function diversionHeaders(
  { diversion }: IdentitySettings,
  from: string,
  called: string,
  addressOf: (number: string) => string,
): string[] {
  switch (diversion) {
    case 'diversion':
      return [`Diversion: <${addressOf(from)}>;reason=unconditional;counter=1`]
    case 'historyInfo':
      // RFC 7044: who was called first, then whom it is sent to now (`mp` tells which entry it was mapped from).
      return [`History-Info: <${addressOf(from)}>;index=1, <${addressOf(called)}>;index=1.1;mp=1`]
    case 'none':
      return []
  }
}
