// The serial device as a pipe of bytes: open, write, close, and what comes in. It tells when it thinks it closed, but
// an unplugged device may say nothing at all, so nobody relies on that (node-serialport issues 2043, 2351).
import { SerialPort } from 'serialport'

export interface ByteDevice {
  /** Answers once, by exactly one of the two. */
  open(opened: () => void, failed: (reason: string) => void): void
  /** Bytes given to `write` that the system has not taken yet. */
  readonly unsentBytes: number
  write(bytes: Uint8Array): void
  /** Idempotent, answers at once; nothing is told by this device afterwards. */
  close(): void
}

export interface DeviceListener {
  /** The chunk is the listener's for the length of the call. */
  received(chunk: Uint8Array): void
  closed(reason: string): void
  /** Something optional the device can't do; a hint for the log. */
  lacks(what: string): void
}

export interface SerialOptions {
  /** Bits a second; ignored over USB. */
  baudRate: number
  /** RTS/CTS, for devices whose buffers a real UART could overrun. */
  flowControl?: boolean
}

export function openSerialDevice(path: string, listener: DeviceListener, options: SerialOptions): ByteDevice {
  const port = new SerialPort({
    path,
    baudRate: options.baudRate,
    autoOpen: false,
    lock: true,
    // DTR falls when the device is closed, also by our death: it releases every line.
    hupcl: true,
    dataBits: 8,
    stopBits: 1,
    parity: 'none',
    // XON and XOFF are ordinary bytes of audio.
    rtscts: options.flowControl ?? false,
    xon: false,
    xoff: false,
    xany: false,
  })
  let told = false
  const tellClosed = (reason: string) => {
    if (told) return
    told = true
    listener.closed(reason)
  }
  port.on('data', (chunk: Buffer) => {
    if (!told) listener.received(chunk)
  })
  port.on('error', (fault: Error) => tellClosed(fault.message))
  port.on('close', (fault: Error | null | undefined) => tellClosed(fault ? fault.message : 'closed'))
  // What is written in one turn of the event loop goes out in one system call.
  let corked = false
  const uncork = () => {
    corked = false
    port.uncork()
  }
  return {
    open(opened, failed) {
      port.open((fault) => {
        if (fault) {
          told = true
          failed(fault.message)
          return
        }
        if (told) {
          closeQuietly(port) // closed while it was opening
          return
        }
        // A pseudo-terminal has no modem lines; a device on USB gets DTR by being opened.
        port.set({ dtr: true, rts: true }, (lack) => {
          if (lack && !told) listener.lacks(`modem lines: ${lack.message}`)
        })
        runPromptly(port)
        opened()
      })
    },
    get unsentBytes() {
      return port.writableLength
    },
    write(bytes) {
      if (told || !port.isOpen) return
      if (!corked) {
        corked = true
        port.cork()
        process.nextTick(uncork)
      }
      port.write(bytes)
    },
    close() {
      told = true
      closeQuietly(port)
    },
  }
}

/**
 * The binding's poller calls into JavaScript without running the promises it settles: they would wait for the next
 * timer, and audio came in bursts up to a second late (measured with Node 26.10 and bindings-cpp 13; the same is seen
 * in node-serialport issue 2754). An immediate set in that call runs in the same turn of the loop, and they with it.
 */
function runPromptly(port: SerialPort): void {
  const binding = port.port
  if (!binding || !('poller' in binding)) return
  for (const event of ['readable', 'writable', 'disconnect']) binding.poller.on(event, () => setImmediate(nothing))
}

function nothing(): void {}

/** Closing a device that is gone answers with a fault; there is nothing left to be done about it. */
function closeQuietly(port: SerialPort): void {
  if (!port.isOpen) return
  port.close(() => port.destroy())
}
