// `cordboard line learn`: the running daemon listens to a line's exchange; what it has learnt goes into lines.yaml.
import { setTimeout as delay } from 'node:timers/promises'
import { type LearningReport, learningReport } from '../api/reports.ts'
import type { LineProfile } from '../line/line-learner.ts'
import { writeProfile } from '../line/lines-file.ts'
import type { Tone } from '../line/tone-patterns.ts'
import { askDaemon } from './ask-daemon.ts'
import { type Command, CommandFailure, type ExitCode, numberOption, textOption, UsageError } from './command.ts'
import { soundInstance } from './flow-file.ts'
import { instanceDirectory } from './places.ts'

const askEveryMs = 250

const steps: Readonly<Record<LearningReport['step'], string>> = {
  dialTone: 'Listening for dial tone …',
  busyTone: 'Dialling; listening for busy tone …',
  waitingForCall: 'Now call this line from another telephone …',
  hangUp: 'It is answered. Hang up the other telephone now …',
  done: 'Done.',
}

export const lineLearnCommand: Command = {
  synopsis: 'LINE [--busy DIGITS] [--call SECONDS] [--dry-run] [--instance DIR] [--socket PATH] [--json]',
  help: `Learns what the exchange of a line plays, and how it tells that a caller has hung up, and writes it to the line in
lines.yaml, comments kept. For lines whose exchange, ATA or PBX has other tones than its country. The running daemon
listens; the line must be idle, and calls pass it by meanwhile.

  1. Its dial tone.
  2. With --busy, busy tone: it dials DIGITS, a number that is engaged, such as the line’s own, as dialled on this line.
  3. With --call, the hang-up: you call the line from another telephone, wait for the answer, and hang up without a word.

  --busy DIGITS   0-9, * and #
  --call SECONDS  how long to wait for your call, 1 to 600
  --dry-run       tell what was learnt, and write nothing
  --instance DIR  configuration (default /etc/cordboard if it is configured, else the shipped instance)
  --socket PATH   control socket of the daemon
  --json          one JSON object with \`version\`: \`line\`, \`step\`, \`profile\`, \`written\`; progress goes to stderr

Exit codes: 0 learnt, 1 refused (the line is in use) or not learnt, 2 wrong usage or bad configuration.`,
  options: {
    busy: { type: 'string' },
    call: { type: 'string' },
    'dry-run': { type: 'boolean' },
    instance: { type: 'string' },
    socket: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run(invocation): Promise<ExitCode> {
    const { operands, options, terminal } = invocation
    const [line, ...rest] = operands
    if (line === undefined || rest.length > 0) throw new UsageError('Name one line, in quotes if it has spaces.')
    const busyNumber = textOption(options, 'busy')
    if (busyNumber !== undefined && !/^[0-9*#]{1,20}$/.test(busyNumber))
      throw new UsageError(`--busy ${busyNumber}: give up to 20 digits, * and #.`)
    const callWaitS = numberOption(options, 'call', 1, 600) ?? 0
    const directory = instanceDirectory(invocation)
    soundInstance(directory)
    const params = { line, callWaitS, ...(busyNumber !== undefined && { busyNumber }) }
    let report = await askDaemon(invocation, 'learnLine', learningReport, params)
    let told: LearningReport['step'] | undefined
    while (report.step !== 'done' && !report.failure) {
      if (report.step !== told) terminal.err(steps[report.step])
      told = report.step
      await delay(askEveryMs)
      report = await askDaemon(invocation, 'lineLearning', learningReport, { line })
    }
    if (report.failure) throw new CommandFailure(1, `${line}: ${report.failure.reason}.`, report.failure.mend)
    const profile: LineProfile = learnt(report)
    const isWritten = options['dry-run'] !== true
    if (isWritten) writeOrFail(directory, line, profile)
    if (options.json === true) terminal.out(JSON.stringify({ ...report, written: isWritten }, null, 2))
    else terminal.out(describe(line, profile, isWritten))
    return 0
  },
}

/** Without what a newer daemon may tell beside it. */
function learnt({ profile: { tones, hangUp } }: LearningReport): LineProfile {
  const own: LineProfile['tones'] = {}
  for (const name of toneNames) {
    const tone = tones[name]
    if (tone) own[name] = { frequenciesHz: tone.frequenciesHz, cadenceMs: tone.cadenceMs }
  }
  return { tones: own, ...(hangUp && { hangUp }) }
}

function writeOrFail(directory: string, line: string, profile: LineProfile): void {
  try {
    writeProfile(directory, line, profile)
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault)
    throw new CommandFailure(1, `What was learnt could not be written: ${reason}.`, 'Write it by hand; see --dry-run.')
  }
}

const toneNames = ['dial', 'busy', 'congestion', 'ring'] as const
const kinds = { currentLoss: 'a break of the loop current', polarity: 'reversed polarity', tone: 'a tone' }

function describe(line: string, { tones, hangUp }: LineProfile, isWritten: boolean): string {
  const heard = toneNames.flatMap((name) => {
    const tone = tones[name]
    return tone ? [`  ${name.padEnd(10)}  ${toneText(tone)}`] : []
  })
  const how = hangUp?.map((kind) => kinds[kind]).join(', then ') || 'nothing tells of it'
  const end = isWritten
    ? 'Written to lines.yaml. The daemon takes it when it is restarted: systemctl restart cordboard'
    : 'Nothing was written.'
  return [`${line}:`, ...heard, ...(hangUp ? [`  hang-up     ${how}`] : []), end].join('\n')
}

function toneText({ frequenciesHz, cadenceMs }: Tone): string {
  const cadence = cadenceMs.length === 0 ? 'without end' : `${cadenceMs.join('/')} ms`
  return `${frequenciesHz.join('+')} Hz, ${cadence}`
}
