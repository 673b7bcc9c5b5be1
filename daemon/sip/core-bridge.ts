// sip.js's user agent core, as the stack uses it: dialogs and their rules, with every message made for it and taken from
// it here. It is told nothing of UDP: it believes its transport to be reliable, and below it is made so.
import {
  Dialog,
  type IncomingInviteRequest,
  Levels,
  LoggerFactory,
  type SessionDialog,
  type Transport,
  URI,
  UserAgentCore,
} from 'sip.js/lib/core/index.js'
import type { Counters } from '../counters.ts'
import { CoreDigest } from './carrier/core-digest.ts'
import type { Credentials } from './carrier/digest-client.ts'
import { countBranches } from './core-branches.ts'
import { refreshTarget } from './core-dialog.ts'
import { toCoreRequest, toCoreResponse } from './core-message.ts'
import { placeholderHost } from './transaction/outgoing-edit.ts'
import { parseNameAddr } from './wire/name-addr.ts'
import { parseSipUri, type SipUri } from './wire/sip-uri.ts'
import { branchCookie, formatVia, parseVia } from './wire/via.ts'
import {
  header,
  parseCSeq,
  tagOf,
  type WireMessage,
  type WireRequest,
  type WireResponse,
  withFirstHeader,
} from './wire/wire-message.ts'
import { parseWire } from './wire/wire-parse.ts'

export interface CoreBridgeOptions {
  counters: Counters
  /** What sip.js sends. May throw: sip.js is told that the transport failed. */
  send(message: WireMessage): void
  /** What a challenged request of the call proves itself with; undefined: nothing, and the challenge is its failure. */
  credentialsFor(callId: string): Credentials | undefined
  /** Called within `passRequest`, for an INVITE that begins a dialog. */
  receiveInvite(uas: IncomingInviteRequest): void
}

/** User part of our contacts. */
export const contactUser = 'cordboard'

export class CoreBridge {
  readonly core: UserAgentCore
  readonly #contact = new URI('sip', contactUser, placeholderHost)

  constructor(options: CoreBridgeOptions) {
    countBranches()
    const loggerFactory = new LoggerFactory()
    loggerFactory.builtinEnabled = false
    loggerFactory.level = Levels.warn
    loggerFactory.connector = (level) => {
      if (level === 'error' || level === 'warn')
        options.counters.count(level === 'error' ? 'coreErrors' : 'coreWarnings')
    }
    const transport: Transport = {
      protocol: 'UDP',
      send: async (text) => {
        const framed = parseWire(Buffer.from(text, 'latin1'))
        if (framed.outcome !== 'message') throw new Error('sip.js wrote a message that is no SIP.')
        options.send(framed.message)
      },
    }
    const contact = this.#contact
    this.core = new UserAgentCore(
      {
        aor: contact,
        contact: { uri: contact, pubGruu: undefined, tempGruu: undefined, toString: () => `<${contact}>` },
        displayName: '',
        loggerFactory,
        hackViaTcp: false,
        routeSet: [],
        // Requests that begin a dialog with a Call-ID of this prefix are taken for our own. No Call-ID has it.
        sipjsId: '\u0000',
        supportedOptionTags: [],
        supportedOptionTagsResponse: [],
        userAgentHeaderFieldValue: 'Cordboard',
        viaForceRport: true,
        viaHost: placeholderHost,
        authenticationFactory: () => new CoreDigest(loggerFactory, (callId) => options.credentialsFor(callId)),
        transportAccessor: () => transport,
      },
      { onInvite: (uas) => options.receiveInvite(uas) },
    )
  }

  /** `Contact: <sip:…>`, completed with our address when it is sent. */
  get contactHeader(): string {
    return `Contact: <${this.#contact}>`
  }

  /** Where the far end of a call wants requests: at the proxy nearest to us, or at its Contact. */
  farEndOf(callId: string): SipUri | undefined {
    const dialog = [...this.core.dialogs.values()].find((one) => one.callId === callId)
    const [nearest] = dialog?.routeSet ?? []
    return nearest === undefined ? parseSipUri(dialog?.remoteTarget.toString() ?? '') : parseNameAddr(nearest)?.uri
  }

  hasDialog(request: WireRequest): boolean {
    return this.core.dialogs.has(dialogIdOf(request))
  }

  /** False when the request lacks what sip.js needs. */
  passRequest(request: WireRequest): boolean {
    // sip.js answers 404 to every Request-URI whose user part is not its own; who was dialled is read from the wire.
    const message = toCoreRequest(withFromAsContact(request), this.#contact)
    if (!message) return false
    this.core.receiveIncomingRequestFromTransport(message)
    return true
  }

  /** `shared`: the ACK of a 2xx came in the INVITE's own transaction, as some phones do; sip.js would drop it. */
  passAck(ack: WireRequest, shared: boolean): void {
    const via = parseVia(header(ack, 'via')!)!
    const parameters = new Map(via.parameters).set('branch', `${branchCookie}${via.branch}-ack`)
    this.passRequest(shared ? withFirstHeader(ack, 'via', formatVia({ ...via, parameters })) : ack)
  }

  /** False when the response lacks what sip.js needs. */
  passResponse(response: WireResponse): boolean {
    const message = toCoreResponse(withContact(response))
    if (message) this.core.receiveIncomingResponseFromTransport(message)
    return message !== undefined
  }

  /**
   * sip.js does not know UPDATE (RFC 3311): its dialog keeps the sequence numbers, the call does the rest. Returns the
   * id of the dialog.
   */
  takeUpdate(request: WireRequest): string | 'outOfOrder' | undefined {
    const dialog = this.core.dialogs.get(dialogIdOf(request)) as SessionDialog | undefined
    const message = toCoreRequest(request, this.#contact)
    if (!dialog || !message) return undefined
    const last = dialog.remoteSequenceNumber
    if (last !== undefined && message.cseq <= last) return 'outOfOrder'
    Dialog.prototype.receiveRequest.call(dialog, message)
    refreshTarget(dialog, message)
    return dialog.id
  }
}

/** As sip.js names its dialogs, for a request we received. */
function dialogIdOf(request: WireRequest): string {
  return `${header(request, 'call-id')}${tagOf(request, 'to')}${tagOf(request, 'from')}`
}

/** RFC 2543 section 6.13: without Contact a caller is where From says. sip.js wants to see one. */
function withFromAsContact(request: WireRequest): WireRequest {
  if (request.method !== 'INVITE' || header(request, 'contact') !== undefined) return request
  const uri = parseNameAddr(header(request, 'from') ?? '')?.uriText
  return { ...request, headers: [...request.headers, { name: 'Contact', key: 'contact', value: `<${uri}>` }] }
}

/**
 * sip.js drops responses to INVITE that have no Contact, and would leave a phone that forgot it ringing or off-hook for
 * ever. Whatever stands there, requests go where the INVITE went (dialog-routes.ts).
 */
function withContact(response: WireResponse): WireResponse {
  const wanted = response.status > 100 && response.status < 300 && parseCSeq(response)?.method === 'INVITE'
  if (!wanted || header(response, 'contact') !== undefined) return response
  const contact = { name: 'Contact', key: 'contact', value: '<sip:phone@contact.invalid>' }
  return { ...response, headers: [...response.headers, contact] }
}
