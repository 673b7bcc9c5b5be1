// Whose RTP is taken, and where ours goes (symmetric RTP, RFC 4961): phones behind address translation send from
// elsewhere than their SDP says, and strangers must not be heard ("RTP bleed").
//
//   announced ──packet from the announced source──▶ latched
//       └─────four in a row from one other source──▶ latched      (one, if SRTP proved it is our peer)
//   latched ──its source silent for 2 s, then as from `announced`──▶ latched to another

const learningPackets = 4
const silentTicksBeforeRelearning = 100

export class SourceLatch {
  #announcedAddress = 0
  #announcedPort = 0
  #latchedAddress = 0
  #latchedPort = 0
  #candidateAddress = 0
  #candidatePort = 0
  #candidateRun = 0
  #ticksSinceLatched = 0
  /** Another number whenever `address` or `port` may be others. */
  changes = 0

  /** What SDP says. The same again keeps what was learned. */
  announce(address: number, port: number): void {
    if (address === this.#announcedAddress && port === this.#announcedPort) return
    this.#announcedAddress = address
    this.#announcedPort = port
    this.#latchedAddress = 0
    this.#latchedPort = 0
    this.#candidateRun = 0
    this.changes++
  }

  /** Where to send: the learned source, else the announced one. Port 0: nowhere. */
  get address(): number {
    return this.#latchedPort !== 0 ? this.#latchedAddress : this.#announcedAddress
  }

  get port(): number {
    return this.#latchedPort !== 0 ? this.#latchedPort : this.#announcedPort
  }

  /** Proven in another way than by packets (ICE, DTLS): this is where the far end is, whatever SDP said. */
  prove(address: number, port: number): void {
    if (address !== this.#latchedAddress || port !== this.#latchedPort) this.changes++
    this.#latchedAddress = address
    this.#latchedPort = port
    this.#ticksSinceLatched = 0
    this.#candidateRun = 0
  }

  tick(): void {
    this.#ticksSinceLatched++
  }

  /** Whether a well-formed packet from this source is to be heard. `proven`: it was made with our peer's SRTP key. */
  accept(address: number, port: number, proven: boolean): boolean {
    if (this.#latchedPort !== 0) {
      if (address === this.#latchedAddress && port === this.#latchedPort) {
        this.#ticksSinceLatched = 0
        this.#candidateRun = 0
        return true
      }
      if (this.#ticksSinceLatched < silentTicksBeforeRelearning) return false
    }
    const announced = address === this.#announcedAddress && port === this.#announcedPort
    if (!announced && !proven && !this.#learned(address, port)) return false
    this.#latchedAddress = address
    this.#latchedPort = port
    this.#ticksSinceLatched = 0
    this.#candidateRun = 0
    return true
  }

  #learned(address: number, port: number): boolean {
    if (address !== this.#candidateAddress || port !== this.#candidatePort) {
      this.#candidateAddress = address
      this.#candidatePort = port
      this.#candidateRun = 0
    }
    return ++this.#candidateRun >= learningPackets
  }
}
