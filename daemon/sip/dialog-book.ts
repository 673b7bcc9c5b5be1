// The dialogs of calls, early ones included, and what the stack tells them: UPDATE, ACKs that never came, lost connections.
import type { InDialog } from './call-dialog.ts'
import type { Reply } from './stack-user.ts'
import type { WireRequest } from './wire/wire-message.ts'

export class DialogBook {
  /** By Call-ID: a call's dialog, and those that a forking proxy may add. */
  readonly #dialogs = new Map<string, InDialog[]>()

  /** Returns its removal, by which it is closed. */
  add(callId: string, dialog: InDialog): () => void {
    this.#dialogs.set(callId, [...this.of(callId), dialog])
    return () => {
      dialog.close?.()
      const left = this.of(callId).filter((one) => one !== dialog)
      if (left.length > 0) this.#dialogs.set(callId, left)
      else this.#dialogs.delete(callId)
    }
  }

  of(callId: string): readonly InDialog[] {
    return this.#dialogs.get(callId) ?? []
  }

  update(dialogId: string, request: WireRequest): Reply {
    for (const dialogs of this.#dialogs.values()) {
      const found = dialogs.find((dialog) => dialog.id === dialogId)
      if (found) return found.update(request)
    }
    return { status: 481, reason: 'Call/Transaction Does Not Exist', headers: [] }
  }
}
