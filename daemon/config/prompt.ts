// A prompt file becomes 8 kHz linear mono samples. Size, rate and length are judged by the header, before the samples
// are read: a file of any size costs no memory until it has been found fit.
import { closeSync, fstatSync } from 'node:fs'
import { basename } from 'node:path'
import { alaw, decodeG711, ulaw } from '../../drivers/codec/g711.ts'
import type { Fault } from '../fault.ts'
import { type ConfigCode, code } from './codes.ts'
import { fault } from './document.ts'
import type { Prompt } from './instance.ts'
import { openProblem, openRegular, readAt } from './read-file.ts'
import { readWavHeader, type WavEncoding, type WavHeader } from './wav-header.ts'

export const promptRateHz = 8000
export const longestPromptBytes = 50 * 1024 * 1024
export const longestPromptS = 300

export type LoadedPrompt = { prompt: Prompt } | { faults: Fault[] }

/** `path` is opened; `file` is what faults call it. Faults are all that can be told without the samples. */
export function loadPrompt(path: string, file: string): LoadedPrompt {
  const failed = (faultCode: ConfigCode, message: string, mend: string): LoadedPrompt => ({
    faults: [fault({ file }, faultCode, message, mend)],
  })
  let descriptor: number
  try {
    descriptor = openRegular(path)
  } catch (error) {
    const found = openProblem(error)
    const why = found.problem === 'unreadable' ? found.reason : found.problem
    return failed(code.promptUnreadable, `The prompt can't be read (${why}).`, 'Make it readable for the daemon.')
  }
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile()) return failed(code.promptUnreadable, 'The prompt is no file.', 'Put a WAV file there.')
    const tooLarge = status.size > longestPromptBytes
    const read = readWavHeader((position, length) => readAt(descriptor, position, length), status.size)
    if ('broken' in read) {
      const faults = tooLarge ? [sizeFault(file, status.size)] : []
      return { faults: [...faults, brokenFault(file, read)] }
    }
    const { header } = read
    const faults = headerFaults(file, header, status.size)
    if (tooLarge) faults.unshift(sizeFault(file, status.size))
    if (faults.length > 0 || header.encoding === undefined) return { faults }
    const octets = readAt(descriptor, header.dataOffset, header.dataBytes)
    const name = basename(file, '.wav')
    return { prompt: { name, file, samples: decode(octets, header.encoding, header.channels) } }
  } catch (error) {
    const found = openProblem(error)
    const why = found.problem === 'unreadable' ? found.reason : found.problem
    return failed(code.promptUnreadable, `The prompt can't be read (${why}).`, 'Copy it here again.')
  } finally {
    closeSync(descriptor)
  }
}

const convert = (file: string) => `Convert it, e.g.: sox IN.wav -r 8000 -c 1 -b 16 ${basename(file)}`

function sizeFault(file: string, bytes: number): Fault {
  const megabytes = Math.ceil(bytes / 1024 / 1024)
  const message = `The prompt has ${megabytes} MB; 50 MB are the most.`
  return fault({ file }, code.promptTooLarge, message, `${convert(file)}, or shorten it.`)
}

function brokenFault(file: string, read: { broken: 'notWav' | 'truncated'; reason: string }): Fault {
  if (read.broken === 'notWav')
    return fault({ file }, code.promptNotWav, `The prompt is no WAV file: ${read.reason}.`, `${convert(file)}.`)
  const message = `The prompt is cut short: ${read.reason}.`
  return fault({ file }, code.promptTruncated, message, 'Copy it here again.')
}

function headerFaults(file: string, header: WavHeader, fileBytes: number): Fault[] {
  const faults: Fault[] = []
  const add = (faultCode: ConfigCode, message: string, mend: string) =>
    void faults.push(fault({ file }, faultCode, message, mend))
  const { rateHz, channels, dataBytes, dataOffset } = header
  if (header.encoding === undefined)
    add(
      code.promptEncoding,
      `The prompt is ${header.encodingName}, which the box does not play.`,
      `${convert(file)} (16-bit PCM, 8-bit PCM, μ-law and A-law are played).`,
    )
  if (rateHz !== promptRateHz)
    add(code.promptRate, `The prompt has ${rateHz} samples a second; it must have 8000.`, `${convert(file)}.`)
  if (channels !== 1 && channels !== 2)
    add(code.promptChannels, `The prompt has ${channels} channels; it may have one or two.`, `${convert(file)}.`)
  if (header.encoding === undefined || faults.length > 0) return faults
  const durationS = dataBytes / header.frameBytes / rateHz
  if (dataOffset + dataBytes > fileBytes)
    add(
      code.promptTruncated,
      `The prompt is cut short: it announces ${dataBytes} bytes of samples and has ${Math.max(0, fileBytes - dataOffset)}.`,
      'Copy it here again; a file that a program was still writing has no length yet.',
    )
  else if (durationS > longestPromptS)
    add(
      code.promptTooLong,
      `The prompt lasts ${Math.ceil(durationS)} s; 300 s are the most.`,
      'Shorten it, or split it.',
    )
  if (dataBytes < header.frameBytes) add(code.promptEmpty, 'The prompt has no samples.', 'Record it again.')
  return faults
}

function decode(octets: Buffer, encoding: WavEncoding, channels: number): Int16Array {
  const sampleBytes = encoding === 'pcm16' ? 2 : 1
  const samples = new Int16Array(Math.floor(octets.length / sampleBytes))
  if (encoding === 'ulaw') decodeG711(ulaw, octets, 0, samples)
  else if (encoding === 'alaw') decodeG711(alaw, octets, 0, samples)
  // 8-bit PCM is unsigned, its middle at 128; 16-bit PCM is signed, low byte first.
  else if (encoding === 'pcm8') for (let i = 0; i < samples.length; i++) samples[i] = (octets[i]! - 128) << 8
  else for (let i = 0; i < samples.length; i++) samples[i] = octets.readInt16LE(i * 2)
  return channels === 1 ? samples : mixDown(samples)
}

/** The mean of both channels: never louder than the louder one. */
function mixDown(stereo: Int16Array): Int16Array {
  const mono = new Int16Array(stereo.length >> 1)
  for (let i = 0; i < mono.length; i++) mono[i] = (stereo[2 * i]! + stereo[2 * i + 1]!) >> 1
  return mono
}
