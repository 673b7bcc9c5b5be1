// A board in memory for tests of the link: its bytes go to the host at once, what the host sends is decoded and kept.
import { decodeToBoard, encodeToHost } from '../../../drivers/fxo/board-codec.ts'
import { BoardLink, type LinkListener } from '../../../drivers/fxo/board-link.ts'
import type { AudioUp, BoardEvent, ToBoard, ToHost } from '../../../drivers/fxo/board-messages.ts'
import { encodeFrame, FrameReader } from '../../../drivers/fxo/frame-code.ts'
import type { DeviceListener } from '../../../drivers/serial/serial-device.ts'
import { MockClock } from '../../support/mock-clock.ts'
import { usualPortConfig } from '../../support/port-config.ts'

export class FakeBoard {
  readonly clock = new MockClock()
  readonly heard: ToBoard[] = []
  readonly told: string[] = []
  readonly events: { event: BoardEvent; atMs: number }[] = []
  readonly audio: AudioUp[] = []
  readonly link: BoardLink
  /** Answers Hello, Configure and Ping as a good board does. */
  answers = true
  canOpen = true
  unsentBytes = 0
  opens = 0
  closes = 0
  deviceMs = 5000
  #listener: DeviceListener | undefined
  readonly #reader = new FrameReader()

  constructor() {
    const told = (what: string) => () => void this.told.push(what)
    const listener: LinkListener = {
      ready: told('ready'),
      lost: (reason, wasReady) => void this.told.push(`${wasReady ? 'lost' : 'not reached'}: ${reason}`),
      stateChanged: () => {},
      event: (event, atMs) => void this.events.push({ event, atMs }),
      audioUp: (frame) => void this.audio.push(frame),
      log: ({ text }) => void this.told.push(`log: ${text}`),
      malformed: (why) => void this.told.push(`malformed: ${why}`),
      lacks: told('lacks'),
    }
    this.link = new BoardLink({
      openDevice: (deviceListener) => this.#device(deviceListener),
      ports: [usualPortConfig],
      hostSilenceMs: 8000,
      resumeSession: 4,
      clock: this.clock,
      listener,
      newSession: () => 7,
    })
  }

  send(message: ToHost): void {
    this.sendBytes(encodeFrame(encodeToHost(message)))
  }

  /** A message of these bytes, in a sound frame. */
  sendMessage(bytes: Uint8Array): void {
    this.sendBytes(encodeFrame(bytes))
  }

  sendBytes(bytes: Uint8Array): void {
    this.#listener?.received(bytes)
  }

  closePort(reason: string): void {
    this.#listener?.closed(reason)
  }

  heardBodies(body: ToBoard['body']): ToBoard[] {
    return this.heard.filter((message) => message.body === body)
  }

  #device(listener: DeviceListener) {
    this.#listener = listener
    this.opens++
    const board = this
    return {
      open: (opened: () => void, failed: (reason: string) => void) => (this.canOpen ? opened() : failed('absent')),
      get unsentBytes() {
        return board.unsentBytes
      },
      write: (bytes: Uint8Array) => this.#hear(bytes),
      close: () => {
        this.closes++
        this.#listener = undefined
      },
    }
  }

  #hear(bytes: Uint8Array): void {
    for (const message of this.#reader.push(bytes)) {
      const decoded = decodeToBoard(message)
      if (decoded.is !== 'message') throw new Error(`the host sent ${decoded.is}`)
      this.heard.push(decoded.message)
      if (this.answers) this.#answer(decoded.message)
    }
  }

  #answer(message: ToBoard): void {
    if (message.body === 'hello')
      this.send({ body: 'welcome', welcome: { ...goodWelcome, session: message.hello.session } })
    if (message.body === 'configure') {
      const { requestId, ports } = message.configure
      this.send({ body: 'configured', configured: { requestId, ports, status: [], refusal: '' } })
    }
    if (message.body === 'ping') {
      const deviceUs = (this.deviceMs + this.clock.monotonicMs()) * 1000
      this.send({ body: 'pong', pong: { nonce: message.ping.nonce, session: 7, deviceUs } })
    }
  }
}

export const goodWelcome = {
  session: 7,
  major: 1,
  minor: 0,
  refusal: '',
  firmware: 'fake-1',
  board: 'fake',
  serial: 'F1',
  ports: 1,
  sampleRate: 8000,
  frameSamples: 160,
  resumed: false,
}
