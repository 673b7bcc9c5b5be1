// The registration of a link, at work: sends what the machine says, at the address that answered last, or the next.
import { randomUUID } from 'node:crypto'
import type { Timer } from '../../clock.ts'
import type { SipAccount } from '../endpoint.ts'
import type { Hop } from '../transport/hop.ts'
import { parseNameAddr, splitList } from '../wire/name-addr.ts'
import { escapeUser } from '../wire/sip-uri.ts'
import { askLink, type LinkAnswer, type LinkTalk } from './link-request.ts'
import {
  nextRegistration,
  type RegistrationEffect,
  type RegistrationInput,
  type RegistrationState,
} from './registration-machine.ts'

export interface LinkRegistrationOptions {
  talk: LinkTalk
  account: SipAccount
  userName: string
  /** Of the registrar, as URIs write it. */
  domain: string
  expiresS: number
  /** User part of our contact. */
  contactUser: string
  /** Lines that every request of the link has, e.g. Route. */
  headers: readonly string[]
  /** Addresses to try, best first. */
  targets(): Promise<readonly Hop[]>
  targetFailed(target: Hop, reason: string): void
  /** `reason` absent: registered. `final`: it will not be tried again by itself. */
  changed(reason: string | undefined, final: boolean): void
  random(): number
}

const answerMs = 8000
/** What a carrier never changes its mind about: the account is unknown, forbidden, or its password wrong. */
const finalStatuses = [401, 403, 404, 407]

export class LinkRegistration {
  readonly #options: LinkRegistrationOptions
  readonly #callId = randomUUID()
  #state: RegistrationState = { name: 'idle' }
  #timer: Timer | undefined
  #stopAsking: () => void = () => {}
  #cseq = 0
  #target: Hop | undefined
  #stopped = false

  constructor(options: LinkRegistrationOptions) {
    this.#options = options
  }

  start(): void {
    this.#feed({ type: 'start', expiresS: this.#options.expiresS })
  }

  /** Does nothing more by itself; what the carrier knows stays. */
  halt(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#stopAsking()
  }

  /** Resolves when the carrier has been told, or has not answered in time. */
  async stop(withinMs: number): Promise<void> {
    this.halt()
    if (this.#state.name !== 'registered' || !this.#target) return
    const target = this.#target
    await new Promise<void>((resolve) => this.#send(target, 0, withinMs, () => resolve()))
  }

  #feed(input: RegistrationInput): void {
    if (this.#stopped) return
    const step = nextRegistration(this.#state, input, this.#options.random())
    if (!step) return
    this.#state = step.next
    for (const effect of step.effects) this.#perform(effect)
  }

  #perform(effect: RegistrationEffect): void {
    switch (effect.do) {
      case 'register':
        this.#timer?.cancel()
        void this.#register(effect.expiresS)
        return
      case 'wait':
        this.#timer?.cancel()
        this.#timer = this.#options.talk.clock.after(effect.ms, () => this.#feed({ type: 'due' }))
        return
      case 'tell':
        if (effect.registered) this.#options.changed(undefined, false)
        else this.#options.changed(effect.reason, effect.final)
    }
  }

  /** Address after address until one speaks for the registrar. */
  async #register(expiresS: number): Promise<void> {
    const targets = await this.#options.targets()
    if (this.#stopped) return
    const attempt = (index: number, lastReason: string) => {
      const target = targets[index]
      if (!target) {
        this.#feed({ type: 'failed', reason: lastReason })
        return
      }
      this.#send(target, expiresS, answerMs, (answer) => {
        if (answer.outcome !== 'answered' || answer.status === 503) {
          const reason = answer.outcome === 'answered' ? '503' : answer.outcome
          this.#options.targetFailed(target, reason)
          const retryAfterS = answer.outcome === 'answered' ? seconds(answer.header('retry-after')) : undefined
          if (index + 1 < targets.length) attempt(index + 1, reason)
          else this.#feed({ type: 'failed', reason, ...(retryAfterS !== undefined && { retryAfterS }) })
          return
        }
        this.#target = target
        this.#feed(inputOf(answer, this.#options.contactUser, expiresS))
      })
    }
    attempt(0, 'unresolved')
  }

  #send(target: Hop, expiresS: number, timeoutMs: number, done: (answer: LinkAnswer) => void): void {
    const { talk, account, userName, domain, contactUser, headers } = this.#options
    const address = `sip:${escapeUser(userName)}@${domain}`
    const contact = talk.stack.contactHeader.replace(/<sip:[^@]*@/, `<sip:${contactUser}@`)
    this.#stopAsking = askLink(
      talk,
      target,
      account,
      {
        method: 'REGISTER',
        uri: `sip:${domain}`,
        from: address,
        to: address,
        headers: [...headers, contact, `Expires: ${expiresS}`],
        callId: this.#callId,
        cseq: this.#cseq + 1,
      },
      timeoutMs,
      (answer, lastCseq) => {
        this.#cseq = Math.max(this.#cseq + 1, lastCseq)
        done(answer)
      },
    )
  }
}

function inputOf(
  answer: Extract<LinkAnswer, { outcome: 'answered' }>,
  contactUser: string,
  askedS: number,
): RegistrationInput {
  const { status } = answer
  if (status < 300) return { type: 'accepted', grantedS: grantedS(answer, contactUser) ?? askedS }
  if (status === 423) return { type: 'tooBrief', minExpiresS: seconds(answer.header('min-expires')) ?? 0 }
  if (finalStatuses.includes(status)) return { type: 'refused', reason: String(status) }
  const retryAfterS = seconds(answer.header('retry-after'))
  return { type: 'failed', reason: String(status), ...(retryAfterS !== undefined && { retryAfterS }) }
}

/** Of our contact among those that the registrar lists; else what holds for all. */
function grantedS(answer: Extract<LinkAnswer, { outcome: 'answered' }>, contactUser: string): number | undefined {
  const ours = answer
    .headers('contact')
    .flatMap(splitList)
    .map(parseNameAddr)
    .find((contact) => contact?.uri?.user === contactUser)
  return seconds(ours?.parameters.get('expires') ?? undefined) ?? seconds(answer.header('expires'))
}

function seconds(text: string | undefined): number | undefined {
  const digits = /^\s*(\d{1,9})/.exec(text ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}
