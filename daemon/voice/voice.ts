// What callers are told: text becomes speech, files become prompts, both become ids that the audio thread can play.
import type { FlowVoice } from '../flow/host.ts'

/** A part of a text that can be heard by itself. */
export interface SpokenPiece {
  /** Speech of it, from the cache or newly made. Resolves with an id `Audio.play` knows. */
  say(signal: AbortSignal): Promise<string>
}

export interface Voice {
  /** Speech of the text in the voice, from the cache or newly made. Resolves with an id `Audio.play` knows. */
  say(text: string, options: { ssml: boolean; voice: FlowVoice; signal: AbortSignal }): Promise<string>
  /**
   * The same in pieces, to be heard one after the other: the first can be said soon, however long the text is. At least
   * one. Throws ParticipantError for text that can't be said.
   */
  pieces?(text: string, options: { ssml: boolean; voice: FlowVoice }): readonly SpokenPiece[]
  /** Takes up a prompt that is none of the instance's, for those who say it next; it goes when it is long unused. */
  keep?(name: string, samples: Int16Array): void
  /** Id under which a prompt was registered; undefined when there is none of that name. */
  prompt(name: string): string | undefined
}
