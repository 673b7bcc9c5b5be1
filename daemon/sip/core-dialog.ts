// What sip.js's dialogs lack: requests of ours by UPDATE (RFC 3311), a target that is refreshed by more than the
// re-INVITEs that come in (RFC 3261 section 12.2), and an end of all that is kept of a call.
import {
  Dialog,
  type IncomingInviteRequest,
  type IncomingMessage,
  type IncomingResponseMessage,
  type InviteUserAgentServer,
  NameAddrHeader,
  NonInviteClientTransaction,
  type OutgoingRequestDelegate,
  type RequestOptions,
  type SessionDialog,
  UserAgentClient,
  type UserAgentCore,
} from 'sip.js/lib/core/index.js'

class Target extends Dialog {
  static refresh(dialog: Dialog, message: IncomingMessage): void {
    const contact: unknown = message.hasHeader('contact') ? message.parseHeader('contact') : undefined
    // Protected, and sip.js sets it in one place only; a Dialog is no Target, but has all that one has.
    if (contact instanceof NameAddrHeader) (dialog as Target).dialogState.remoteTarget = contact.uri
  }
}

/** From now on requests of the dialog name the Contact of the message, where it has one. */
export function refreshTarget(dialog: Dialog, message: IncomingMessage): void {
  Target.refresh(dialog, message)
}

/** An accepted INVITE whose call is over: sip.js would keep all of it half a minute, for copies that never reach it. */
export function releaseInvite(core: UserAgentCore, uas: IncomingInviteRequest): void {
  const server = uas as InviteUserAgentServer
  server.dispose()
  core.userAgentServers.delete(server.message.viaBranch)
}

/** UPDATE as sip.js would send it. A challenge is answered, and the dialog's sequence numbers know of it. */
export class UpdateUserAgentClient extends UserAgentClient {
  readonly #dialog: SessionDialog

  constructor(dialog: SessionDialog, delegate: OutgoingRequestDelegate, options: RequestOptions) {
    const message = dialog.createOutgoingRequestMessage('UPDATE', options)
    super(NonInviteClientTransaction, dialog.userAgentCore, message, delegate)
    this.#dialog = dialog
  }

  protected override authenticationGuard(message: IncomingResponseMessage): boolean {
    return super.authenticationGuard(message, this.#dialog)
  }
}
