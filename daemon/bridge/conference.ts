// A room: legs with a place each, and the audio paths that follow from the places; keys go to whom the audio goes, where
// it does not carry them. It knows legs and nothing of contacts.
//
//   talking    hears all who talk, and is heard by them      apart        neither: on hold, or not yet let in
//   listening  hears all who talk, unheard (silent monitor)  whispering   hears all who talk, is heard by one leg
//   announcing is heard by one leg and hears nothing (the tones of a call that nobody has answered yet)
import type { Leg, LegEvent } from '../leg/leg.ts'
import type { Audio } from '../loop/audio.ts'
import type { PortId } from '../media/port.ts'

export type Place =
  | { as: 'talking' }
  | { as: 'apart' }
  | { as: 'listening' }
  | { as: 'whispering'; to: Leg }
  | { as: 'announcing'; to: Leg }

/** Six who talk and five who listen (routing facts, 6), and one who comes while another goes. */
export const maximumSeats = 12

type RoomAudio = Pick<Audio, 'connect' | 'disconnect' | 'sendDigits'>

export class Conference {
  readonly #audio: RoomAudio
  readonly #places = new Map<Leg, Place>()
  /** By leg: ends the listening to its keys. */
  readonly #hearings = new Map<Leg, () => void>()
  /** As laid: a port, and the ports that hear it. */
  #paths: ReadonlyMap<PortId, ReadonlySet<PortId>> = new Map()

  constructor(audio: RoomAudio) {
    this.#audio = audio
  }

  /** Lets a leg in, or moves it. A leg without a port takes part once `refresh` finds one. False: the room is full. */
  seat(leg: Leg, place: Place): boolean {
    if (!this.#places.has(leg) && this.#places.size >= maximumSeats) return false
    this.#places.set(leg, place)
    if (!this.#hearings.has(leg))
      this.#hearings.set(
        leg,
        leg.on((event) => this.#hear(leg, event)),
      )
    this.refresh()
    return true
  }

  placeOf(leg: Leg): Place | undefined {
    return this.#places.get(leg)
  }

  /** Idempotent. */
  remove(leg: Leg): void {
    this.#hearings.get(leg)?.()
    this.#hearings.delete(leg)
    if (this.#places.delete(leg)) this.refresh()
  }

  /** Lays the paths that follow from the places now: also to be called when a leg has got its port. */
  refresh(): void {
    const before = this.#paths
    const wanted = this.#wantedPaths()
    this.#paths = wanted
    for (const [from, hears] of before)
      for (const to of hears) if (!wanted.get(from)?.has(to)) this.#audio.disconnect(from, to)
    for (const [from, hears] of wanted)
      for (const to of hears) if (!before.get(from)?.has(to)) this.#audio.connect(from, to)
  }

  /** Takes everybody out; their ports stay open. Idempotent. */
  end(): void {
    for (const stopHearing of this.#hearings.values()) stopHearing()
    this.#hearings.clear()
    this.#places.clear()
    this.refresh()
  }

  #hear(speaker: Leg, event: LegEvent): void {
    const place = this.#places.get(speaker)
    if (event.type !== 'digitReceived' || !place) return
    for (const [listener, other] of this.#places) {
      if (listener === speaker || !isHeard(place, listener, other)) continue
      // To some, the audio is no way for keys at all.
      if (event.isUnheard || listener.sendDigits) void sendKeys(this.#audio, listener, event.digit)
    }
  }

  #wantedPaths(): Map<PortId, Set<PortId>> {
    const wanted = new Map<PortId, Set<PortId>>()
    for (const [speaker, place] of this.#places) {
      if (speaker.portId === undefined) continue
      const hears = new Set<PortId>()
      for (const [listener, other] of this.#places)
        if (listener !== speaker && listener.portId !== undefined && isHeard(place, listener, other))
          hears.add(listener.portId)
      if (hears.size > 0) wanted.set(speaker.portId, hears)
    }
    return wanted
  }
}

/** The way that the leg wants them; resolves when they are sent, or can't be. */
export async function sendKeys(audio: Pick<Audio, 'sendDigits'>, leg: Leg, digits: string): Promise<void> {
  if (leg.sendDigits) await leg.sendDigits(digits)
  else if (leg.portId !== undefined) await audio.sendDigits(leg.portId, digits)
}

function isHeard(speaks: Place, listener: Leg, listens: Place): boolean {
  if (speaks.as === 'whispering' || speaks.as === 'announcing') return speaks.to === listener
  return speaks.as === 'talking' && listens.as !== 'apart' && listens.as !== 'announcing'
}
