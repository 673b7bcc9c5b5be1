// A bridge joins the audio of two legs: each hears the other, until it ends. It knows legs and nothing of contacts.
import type { Leg } from '../leg/leg.ts'
import type { Audio } from '../loop/audio.ts'

export interface Bridge {
  /** Takes the legs apart; their ports stay open. Idempotent. */
  end(): void
}

/** Undefined when a leg has no audio port: it has just gone, and its `ended` event is on the way. */
export function bridgeLegs(audio: Pick<Audio, 'connect' | 'disconnect'>, first: Leg, second: Leg): Bridge | undefined {
  const { portId: firstPort } = first
  const { portId: secondPort } = second
  if (firstPort === undefined || secondPort === undefined) return undefined
  audio.connect(firstPort, secondPort)
  audio.connect(secondPort, firstPort)
  let joined = true
  return {
    end() {
      if (!joined) return
      joined = false
      audio.disconnect(firstPort, secondPort)
      audio.disconnect(secondPort, firstPort)
    },
  }
}
