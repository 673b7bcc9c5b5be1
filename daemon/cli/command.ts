// What a command of the tool is, what it gets, and how it ends.
import type { Readable } from 'node:stream'
import type { ParseArgsOptionsConfig } from 'node:util'

/** 0 well done; 1 a failure was found, or the daemon can't be reached; 2 wrong usage or bad configuration. */
export type ExitCode = 0 | 1 | 2

/** Where words go: the terminal, or the strings of a test. */
export interface Terminal {
  /** Results, one line or more without the last newline. */
  out(text: string): void
  /** Complaints. */
  err(text: string): void
}

export interface Surroundings {
  terminal: Terminal
  environment: Record<string, string | undefined>
  /** Root of the installation or checkout. */
  root: string
  /** Keyboard or pipe; absent: nobody answers. Not read unless a command asks. */
  input?: Readable
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>

export interface Invocation extends Surroundings {
  options: OptionValues
  /** Arguments that are no options. */
  operands: readonly string[]
}

export interface Command {
  /** Operands and options, for the usage line: `FILE… [--json]`. */
  synopsis: string
  /** What it does, prints and returns; shown by `--help`. */
  help: string
  options: ParseArgsOptionsConfig
  run(invocation: Invocation): ExitCode | Promise<ExitCode>
}

/** The command line can't be understood: exit 2, with the mend and a pointer to the help. */
export class UsageError extends Error {}

/** Something other than the command line is at fault. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode
  readonly mend: string

  constructor(exitCode: ExitCode, message: string, mend: string) {
    super(message)
    this.exitCode = exitCode
    this.mend = mend
  }
}

export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** Of an option that may be given several times. */
export function textOptions(options: OptionValues, name: string): readonly string[] {
  const values = options[name]
  return Array.isArray(values) ? values : []
}

/** A whole number within its bounds, or UsageError. */
export function numberOption(
  options: OptionValues,
  name: string,
  minimum: number,
  maximum: number,
): number | undefined {
  const text = textOption(options, name)
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= minimum && value <= maximum) return value
  throw new UsageError(`--${name} ${text}: give a whole number from ${minimum} to ${maximum}.`)
}

export function noOperands({ operands }: Invocation): void {
  if (operands.length > 0) throw new UsageError(`${operands[0]} is one argument too many.`)
}
