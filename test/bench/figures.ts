// What the measures are held against, and how a figure is told. Asterisk's are those of the design page: measured with the
// same generator, so what depends on the machine is told as a ratio to the answering phones of the same run.

/** One line of the table. */
export interface Figure {
  row: string
  calls: number
  measure: string
  /** Undefined: it could not be had. */
  value: number | undefined
  unit: string
  /** The most it may be; undefined: told for knowledge only. */
  atMost: number | undefined
}

/** Of Asterisk, bridged, by calls at once: lateness p99.9 and forwarding p99, in ms. */
const asterisk: Record<number, { lateMs: number; forwardMs: number }> = {
  50: { lateMs: 12, forwardMs: 0.44 },
  100: { lateMs: 17, forwardMs: 0.76 },
  200: { lateMs: 42, forwardMs: 5.2 },
}

export const bars = {
  bridgedRatio: 1.8,
  /** Half of Asterisk's 0.320 (50 calls) and 0.255 CPU-s (200), which are 3.3 and 3.4 times the phones of its runs. */
  promptsRatio: 1.7,
  srtpToPlain: 1.5,
  recordedToPlain: 1.3,
  opusCpuSeconds: 1,
  megabytes: 170,
  lossPercent: 0,
  lossPercentOfMany: 0.1,
  setupP99Ms: 25,
  /** Of CPU, one call set up and ended: Asterisk's 8 to 11 bridged, 3 answered by itself. */
  setupCpuMs: { bridged: 11, unbridged: 3 },
  /** A stream may fall behind its own clock by this much a minute before that is a slip. */
  slipMsPerMinute: 1,
  latenessMs: (calls: number) => asterisk[calls]?.lateMs,
  forwardingMs: (calls: number) => asterisk[calls]?.forwardMs,
}

export function verdict({ value, atMost }: Figure): 'met' | 'not met' | '' {
  if (atMost === undefined || value === undefined) return ''
  return value <= atMost ? 'met' : 'not met'
}

const heads = ['row', 'calls', 'measure', 'figure', 'bar', '']
const widths = [9, 5, 44, 16, 8, 7]

function line(cells: readonly string[]): string {
  const isNumber = (column: number) => column === 1 || column === 3 || column === 4
  return cells
    .map((cell, n) => (isNumber(n) ? cell.padStart(widths[n]!) : cell.padEnd(widths[n]!)))
    .join('  ')
    .trimEnd()
}

export const tableHead = line(heads)

export function tableLine(figure: Figure): string {
  const { row, calls, measure, value, unit, atMost } = figure
  const told = value === undefined ? '-' : `${rounded(value)} ${unit}`.trim()
  return line([row, String(calls), measure, told, atMost === undefined ? '' : `≤ ${atMost}`, verdict(figure)])
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(value < 1 ? 3 : 2)
}
