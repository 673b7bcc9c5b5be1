// Whoever is at the other end of a simulated line or radio link: speaks what it is given and keeps what it hears.
import { type Sound, sequence, silence } from '../board/sound.ts'

/** A minute at 8 kHz. */
const heardMax = 480_000

export class FarEnd {
  #says: Sound = sequence([])
  #heard = new Int16Array(0)

  say(sound: Sound): void {
    this.#says = sequence([sound, silence()])
  }

  /** The next samples of what it says. */
  speak(frame: Int16Array): void {
    frame.fill(0)
    this.#says.fill(frame, 0, frame.length)
  }

  listen(frame: Int16Array): void {
    const heard = new Int16Array(Math.min(heardMax, this.#heard.length + frame.length))
    heard.set(this.#heard.subarray(0, heard.length - frame.length))
    heard.set(frame, heard.length - frame.length)
    this.#heard = heard
  }

  /** All it has heard since it was asked last. */
  takeHeard(): Int16Array {
    const heard = this.#heard
    this.#heard = new Int16Array(0)
    return heard
  }
}
