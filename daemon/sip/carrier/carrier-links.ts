// All links of all carriers: which of them a call comes from, and the one a call goes out by.
import type { LinkView, SipAccount } from '../endpoint.ts'
import type { Hop } from '../transport/hop.ts'
import type { WireRequest } from '../wire/wire-message.ts'
import { CarrierLink, type LinkWorld } from './carrier-link.ts'
import { type LinkSettings, linkName } from './link-settings.ts'

export class CarrierLinks {
  readonly #world: LinkWorld
  readonly #links = new Map<string, CarrierLink>()
  readonly #byAccount = new Map<SipAccount, CarrierLink>()
  readonly #listeners = new Set<(view: LinkView) => void>()
  readonly #onFault: (fault: unknown) => void

  #started = false

  constructor(settings: readonly LinkSettings[], world: LinkWorld, onFault: (fault: unknown) => void) {
    this.#world = world
    this.#onFault = onFault
    this.set(settings)
  }

  start(): void {
    this.#started = true
    for (const link of this.#links.values()) link.start()
  }

  /** From now on these. Links that did not change go on undisturbed, calls of all of them go on. */
  set(settings: readonly LinkSettings[]): void {
    const before = new Map(this.#links)
    this.#links.clear()
    for (const one of settings) {
      const name = linkName(one)
      const old = before.get(name)
      before.delete(name)
      if (old?.settings.revision === one.revision && !old.isRefused) this.#links.set(name, old)
      else this.#replace(old, one)
    }
    for (const gone of before.values()) this.#remove(gone)
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.stop()))
  }

  find(name: { carrier: string; link: string }): CarrierLink | undefined {
    return this.#links.get(linkName(name))
  }

  ofAccount(account: SipAccount): CarrierLink | undefined {
    return this.#byAccount.get(account)
  }

  views(): LinkView[] {
    return [...this.#links.values()].map(({ view }) => view)
  }

  onChange(listener: (view: LinkView) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /**
   * The account of the link that the request comes over. A contact of ours that was called proves the link; else of all
   * links at that source the one whose account is called, else the first.
   */
  recognise(request: WireRequest, source: Hop): SipAccount | undefined {
    let found: CarrierLink | undefined
    for (const link of this.#links.values()) {
      const known = link.knows(request, source)
      if (known === 'contact') return link.account
      if (known === 'source' && (!found || (!found.isAddressedBy(request) && link.isAddressedBy(request)))) found = link
    }
    return found?.account
  }

  /** Whether a link is at this host. */
  isAt(host: string): boolean {
    return [...this.#links.values()].some((link) => link.isAt(host))
  }

  #replace(old: CarrierLink | undefined, settings: LinkSettings): void {
    const link = new CarrierLink(settings, this.#world, (view) => this.#tell(view))
    this.#links.set(linkName(settings), link)
    this.#byAccount.set(link.account, link)
    if (old) {
      this.#byAccount.delete(old.account)
      old.handOver(link)
      // What was wrong with the old one is not wrong with this one yet.
      this.#tell(link.view)
    }
    if (this.#started) link.start()
  }

  #remove(link: CarrierLink): void {
    this.#byAccount.delete(link.account)
    this.#tell({ ...link.view, state: 'unknown' })
    void link.stop()
  }

  #tell(view: LinkView): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(view)
      } catch (fault) {
        this.#onFault(fault)
      }
    }
  }
}
