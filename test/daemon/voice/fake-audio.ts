// The audio service without a thread: what is played stands in a list, and the test says when it has been heard.
import type { Audio, Listening, Playback, PlayItem, PlayOutcome } from '../../../daemon/loop/audio.ts'
import type { PortId } from '../../../daemon/media/port.ts'

export interface FakePlayback {
  portId: PortId
  items: PlayItem[]
  repeat: boolean
  /** The last sample was heard; or another outcome. */
  end(outcome?: PlayOutcome): void
  stopped: boolean
  over: boolean
}

export class FakeAudio implements Pick<Audio, 'addPrompt' | 'removePrompt' | 'play' | 'listen'> {
  /** Who listens to what the far end says. */
  readonly ears = new Set<(samples: Int16Array, lostSamples: number) => void>()
  readonly prompts = new Map<string, Int16Array>()
  readonly removed: string[] = []
  readonly playbacks: FakePlayback[] = []
  /** Frames until a stop takes effect; the test runs them by `settleStops`. */
  slowStops = false
  readonly #stops: (() => void)[] = []

  addPrompt(promptId: string, samples: Int16Array): void {
    this.prompts.set(promptId, samples)
  }

  removePrompt(promptId: string): void {
    this.prompts.delete(promptId)
    this.removed.push(promptId)
  }

  listen(_portId: PortId, onSamples: (samples: Int16Array, lostSamples: number) => void): Listening {
    this.ears.add(onSamples)
    return { stop: () => void this.ears.delete(onSamples) }
  }

  play(portId: PortId, items: PlayItem[], options: { repeat?: boolean } = {}): Playback {
    let settle: (outcome: PlayOutcome) => void = () => undefined
    const ended = new Promise<PlayOutcome>((resolve) => {
      settle = resolve
    })
    const playback: FakePlayback = {
      portId,
      items,
      repeat: options.repeat ?? false,
      stopped: false,
      over: false,
      end: (outcome = 'finished') => {
        playback.over = true
        settle(outcome)
      },
    }
    this.playbacks.push(playback)
    const stop = () => {
      if (playback.stopped || playback.over) return
      playback.stopped = true
      if (this.slowStops) this.#stops.push(() => playback.end('stopped'))
      else playback.end('stopped')
    }
    return { ended, stop }
  }

  settleStops(): void {
    for (const stop of this.#stops.splice(0)) stop()
  }

  get current(): FakePlayback {
    const playback = this.playbacks.at(-1)
    if (!playback) throw new Error('nothing is played')
    return playback
  }

  /** Playbacks that have not ended: the ledger. */
  get open(): number {
    return this.playbacks.filter(({ over }) => !over).length
  }
}
