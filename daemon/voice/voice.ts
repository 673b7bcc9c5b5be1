// What callers are told: text becomes speech, files become prompts, both become ids that the audio thread can play.
import type { FlowVoice } from '../flow/host.ts'

export interface Voice {
  /** Speech of the text in the voice, from the cache or newly made. Resolves with an id `Audio.play` knows. */
  say(text: string, options: { ssml: boolean; voice: FlowVoice; signal: AbortSignal }): Promise<string>
  /** Id under which a prompt of the instance was registered; undefined when there is none of that name. */
  prompt(name: string): string | undefined
}
