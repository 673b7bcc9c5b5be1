// espeak-ng as a program: text on its standard input, samples from its standard output. Never a shell; the arguments
// come from our own tables. It is run as a program and not linked because it is GPL.
import { spawn } from 'node:child_process'
import type { Clock } from '../clock.ts'
import type { SpeechText } from './speech-text.ts'
import type { EspeakVoice } from './voices.ts'

export interface EspeakOptions {
  program: string
  clock: Clock
  /** After this the program is killed. */
  timeoutMs: number
  /** More output than this is a fault: 20 minutes of speech. */
  maximumBytes?: number
}

export interface Utterance {
  samples: Int16Array
  rateHz: number
}

/** The program is missing, failed, hung, or said something else than audio. */
export class SpeechProgramError extends Error {}

const defaultMaximumBytes = 20 * 60 * 22_050 * 2
const maximumMessageBytes = 2000
const headerBytes = 44

/** Rejects with SpeechProgramError, or with the signal's reason once the program is dead. */
export function runEspeak(
  speech: SpeechText,
  voice: EspeakVoice,
  options: EspeakOptions,
  signal: AbortSignal,
): Promise<Utterance> {
  const { program, clock, timeoutMs, maximumBytes = defaultMaximumBytes } = options
  const settings = ['-v', voice.name, '-p', String(voice.pitch), '-s', String(voice.wordsPerMinute)]
  const args = [...settings, '-b', '1', '-z', ...(speech.markup ? ['-m'] : []), '--stdin', '--stdout']

  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const output: Buffer[] = []
    let outputBytes = 0
    let message = ''
    let fault: Error | undefined
    let unread: Error | undefined

    const kill = (why: string) => {
      fault ??= new SpeechProgramError(why)
      child.kill('SIGKILL')
    }
    const abort = () => kill('aborted')
    const timer = clock.after(timeoutMs, () => kill(`${program} took more than ${timeoutMs / 1000} s`))
    signal.addEventListener('abort', abort, { once: true })

    child.stdout.on('data', (chunk: Buffer) => {
      outputBytes += chunk.length
      if (outputBytes > maximumBytes) kill(`${program} gave more than ${maximumBytes} bytes`)
      else output.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (message.length < maximumMessageBytes) message += chunk.toString('utf8').slice(0, maximumMessageBytes)
    })
    child.stdin.on('error', (error) => {
      unread = new SpeechProgramError(`${program} did not read its input: ${error.message}`)
    })
    child.on('error', (error) => {
      fault = new SpeechProgramError(`${program} could not be run: ${error.message}. Install the package espeak-ng.`)
    })
    // A killed program is done with when it is dead, even where something else still holds its pipes open.
    child.on('exit', () => {
      if (!signal.aborted && !fault) return
      child.stdout.destroy()
      child.stderr.destroy()
    })
    child.on('close', (code, killedBy) => {
      timer.cancel()
      signal.removeEventListener('abort', abort)
      if (signal.aborted) reject(signal.reason)
      else if (fault) reject(fault)
      else if (code !== 0)
        reject(new SpeechProgramError(`${program} ended with ${code ?? killedBy}: ${message.trim()}`))
      // A program that fails closes its input too: its exit code tells more.
      else if (unread) reject(unread)
      else {
        try {
          resolve(readOutput(Buffer.concat(output)))
        } catch (error) {
          reject(error)
        }
      }
    })
    child.stdin.end(speech.text, 'utf8')
  })
}

/** WAV with unknown length in its header, as espeak-ng streams it: mono, 16-bit. Nothing at all when nothing was said. */
function readOutput(output: Buffer): Utterance {
  if (output.length === 0) return { samples: new Int16Array(0), rateHz: 22_050 }
  const isWav =
    output.length >= headerBytes &&
    output.toString('latin1', 0, 4) === 'RIFF' &&
    output.toString('latin1', 8, 12) === 'WAVE'
  if (!isWav || output.readUInt16LE(22) !== 1 || output.readUInt16LE(34) !== 16)
    throw new SpeechProgramError('the speech program gave something else than mono 16-bit WAV')
  const count = (output.length - headerBytes) >> 1
  const samples = new Int16Array(count)
  for (let i = 0; i < count; i++) samples[i] = output.readInt16LE(headerBytes + 2 * i)
  return { samples, rateHz: output.readUInt32LE(24) }
}
