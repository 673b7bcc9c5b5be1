// Messages to bytes and back, by board.proto as it stands beside this file. What a message says is checked here, once:
// past this file every enumeration is one of its names and every port, length and rate is within its bounds.
import { readFileSync } from 'node:fs'
import protobuf from 'protobufjs'
import {
  type BoardEvent,
  callerNameMax,
  callerNumberMax,
  logTextMax,
  portsMax,
  type ToBoard,
  type ToHost,
  type Welcome,
} from './board-messages.ts'

const protoFile = `${import.meta.dirname}/board.proto`
const { root } = protobuf.parse(readFileSync(protoFile, 'utf8'), new protobuf.Root())
const toBoardType = root.lookupType('cordboard.fxo.ToBoard')
const toHostType = root.lookupType('cordboard.fxo.ToHost')

/** 64-bit times as numbers: exact for 285 years of microseconds. */
const conversion: protobuf.IConversionOptions = {
  longs: Number,
  enums: String,
  defaults: true,
  arrays: true,
  oneofs: true,
}

/** `unknown`: a body of a newer minor version, to be ignored. `malformed`: not what the protocol allows; `why` says. */
export type Decoded<Message> =
  | { is: 'message'; message: Message }
  | { is: 'unknown' }
  | { is: 'malformed'; why: string }

export function encodeToBoard(message: ToBoard): Uint8Array {
  return encode(toBoardType, message)
}

export function encodeToHost(message: ToHost): Uint8Array {
  return encode(toHostType, message)
}

export function decodeToHost(bytes: Uint8Array): Decoded<ToHost> {
  return decode(toHostType, bytes, wrongToHost)
}

export function decodeToBoard(bytes: Uint8Array): Decoded<ToBoard> {
  return decode(toBoardType, bytes, wrongToBoard)
}

function encode(type: protobuf.Type, message: object): Uint8Array {
  return type.encode(type.fromObject(message)).finish()
}

function decode<Message extends { body: string }>(
  type: protobuf.Type,
  bytes: Uint8Array,
  wrong: (message: Message) => string | undefined,
): Decoded<Message> {
  let plain: Record<string, unknown>
  try {
    plain = type.toObject(type.decode(bytes), conversion)
  } catch (fault) {
    return { is: 'malformed', why: `not protobuf: ${fault instanceof Error ? fault.message : String(fault)}` }
  }
  if (plain.body === undefined) return { is: 'unknown' }
  const message = plain as unknown as Message
  const why = wrong(message)
  return why === undefined ? { is: 'message', message } : { is: 'malformed', why: `${message.body}: ${why}` }
}

const isPort = (port: number) => port >= 1 && port <= portsMax
/** An unknown value of an enumeration stays a number, and an unset one says so by its name. */
const isNamed = (value: string) => typeof value === 'string' && !value.endsWith('_UNSPECIFIED')

function wrongPcm(port: number, pcm: Uint8Array): string | undefined {
  if (!isPort(port)) return `port ${port} is not 1–${portsMax}`
  if (pcm.length === 0 || pcm.length % 2 !== 0) return `${pcm.length} bytes are not whole samples`
  return undefined
}

function wrongToHost(message: ToHost): string | undefined {
  switch (message.body) {
    case 'welcome':
      return wrongWelcome(message.welcome)
    case 'configured': {
      const { ports, status } = message.configured
      const bad = [...ports, ...status].find(({ port }) => !isPort(port))
      if (bad) return `port ${bad.port} is not 1–${portsMax}`
      if (ports.length > portsMax || status.length > portsMax) return `more than ${portsMax} ports`
      return status.every(({ hook, battery }) => isNamed(hook) && isNamed(battery)) ? undefined : 'unknown state'
    }
    case 'hookAck':
      return isNamed(message.hookAck.result) && isNamed(message.hookAck.hook) ? undefined : 'unknown result or state'
    case 'event':
      return wrongEvent(message.event)
    case 'audioUp':
      return wrongPcm(message.audioUp.port, message.audioUp.pcm)
    case 'log':
      message.log.text = printable(message.log.text, logTextMax)
      return isNamed(message.log.level) ? undefined : 'unknown level'
    default:
      return undefined
  }
}

function wrongWelcome(welcome: Welcome): string | undefined {
  welcome.refusal = printable(welcome.refusal, logTextMax)
  welcome.firmware = printable(welcome.firmware, callerNameMax)
  welcome.board = printable(welcome.board, callerNameMax)
  welcome.serial = printable(welcome.serial, callerNameMax)
  if (welcome.major === 0) return undefined
  if (!isPort(welcome.ports)) return `${welcome.ports} ports are not 1–${portsMax}`
  if (welcome.sampleRate !== 8000) return `${welcome.sampleRate} Hz is not 8000`
  if (welcome.frameSamples !== 160 && welcome.frameSamples !== 80)
    return `${welcome.frameSamples} samples a frame are not 160 or 80`
  return undefined
}

function wrongEvent(event: BoardEvent): string | undefined {
  if (event.kind === undefined) return undefined
  if (event.kind === 'boardReset') return isNamed(event.boardReset.reason) ? undefined : 'unknown reset reason'
  if (!isPort(event.port)) return `port ${event.port} is not 1–${portsMax}`
  if (event.kind === 'batteryChanged') return isNamed(event.batteryChanged.battery) ? undefined : 'unknown state'
  if (event.kind === 'hookChanged')
    return isNamed(event.hookChanged.hook) && isNamed(event.hookChanged.cause) ? undefined : 'unknown state or cause'
  if (event.kind === 'callerId') {
    const { callerId } = event
    if (!isNamed(callerId.numberAbsence) || !isNamed(callerId.nameAbsence)) return 'unknown absence'
    callerId.number = printable(callerId.number, callerNumberMax)
    callerId.name = printable(callerId.name, callerNameMax)
  }
  return undefined
}

function wrongToBoard(message: ToBoard): string | undefined {
  switch (message.body) {
    case 'hello':
      return message.hello.session === 0 ? 'session 0' : undefined
    case 'configure':
      return message.configure.ports.length > portsMax ? `more than ${portsMax} ports` : undefined
    case 'hookCommand':
      return isNamed(message.hookCommand.action) ? undefined : 'unknown action'
    case 'audioDown':
      return wrongPcm(message.audioDown.port, message.audioDown.pcm)
    default:
      return undefined
  }
}

/** Text from the wire that goes into logs and onto screens: no control characters, no more than `max` characters. */
function printable(text: string, max: number): string {
  return text.slice(0, max).replace(/\p{C}/gu, '')
}
