// Requests that sip.js has taken, by call. For each request that begins a dialog it looks through all it has taken in the
// last 32 s for a merged one (RFC 3261 section 8.2.2.2): at 150 calls a second thousands, and most of what a call costs.
// A merged request has the Call-ID of the other, so here it finds those alone.

export class CoreServers<Server extends { message: { callId: string } }> extends Map<string, Server> {
  readonly #ofCall = new Map<string, Set<Server>>()
  /** Whose servers `values` tells; the whole map's are asked for by nobody else. */
  call = ''

  /** How many calls it has requests of. */
  get calls(): number {
    return this.#ofCall.size
  }

  override set(id: string, server: Server): this {
    this.#leave(id)
    const { callId } = server.message
    const all = this.#ofCall.get(callId) ?? new Set<Server>()
    this.#ofCall.set(callId, all.add(server))
    return super.set(id, server)
  }

  override delete(id: string): boolean {
    this.#leave(id)
    return super.delete(id)
  }

  override clear(): void {
    this.#ofCall.clear()
    super.clear()
  }

  override values(): MapIterator<Server> {
    return (this.#ofCall.get(this.call) ?? new Set<Server>()).values()
  }

  #leave(id: string): void {
    const server = this.get(id)
    if (!server) return
    const all = this.#ofCall.get(server.message.callId)
    all?.delete(server)
    if (all?.size === 0) this.#ofCall.delete(server.message.callId)
  }
}
