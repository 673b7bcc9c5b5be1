// The rig's report: report.json for programs, report.html for people, whole in itself. What was not measured is shown so.
import { mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Digits, MeasuredFigures, Plots } from './measures.ts'
import { bars, plot } from './plot.ts'
import type { Scenario } from './scenario.ts'

export interface Outcome {
  scenario: Scenario
  result: 'passed' | 'failed' | 'notRun'
  reason?: string
  figures: MeasuredFigures
  plots: Plots
  tookMs: number
}

const percent = ({ rate, sent }: Digits) => `${(rate * 100).toFixed(0)} % of ${sent.length}`
const signed = (value: number) => `${value > 0 ? '+' : ''}${value}`

/** In the order of the columns. */
const columns: [heading: string, cell: (figures: MeasuredFigures) => string | undefined][] = [
  ['level in', ({ levelInDb: db }) => (db === undefined ? undefined : `${signed(db)} dB`)],
  ['level out', ({ levelOutDb: db }) => (db === undefined ? undefined : `${signed(db)} dB`)],
  ['delay in', ({ delayInMs: ms }) => (ms === undefined ? undefined : `${ms} ms`)],
  ['delay out', ({ delayOutMs: ms }) => (ms === undefined ? undefined : `${ms} ms`)],
  ['echo loss', ({ echoLossDb: db }) => (db === undefined ? undefined : `${db} dB`)],
  ['drift', ({ driftPpm: ppm }) => (ppm === undefined ? undefined : `${signed(ppm)} ppm`)],
  ['keys in', ({ digitsIn }) => digitsIn && percent(digitsIn)],
  ['keys out', ({ digitsOut }) => digitsOut && percent(digitsOut)],
  [
    'false keys',
    ({ falseDigitsPerHour: rate, speechS }) =>
      rate === undefined ? undefined : `${rate.toFixed(1)}/h in ${speechS} s`,
  ],
  ['answer', ({ answerMs: ms }) => (ms === undefined ? undefined : `${ms} ms`)],
  ['hang-up seen', ({ disconnectMs: ms }) => (ms === undefined ? undefined : `${ms} ms`)],
]

/** One line; only what was measured. */
export function describeFigures(figures: MeasuredFigures): string {
  return columns
    .flatMap(([heading, cell]) => {
      const value = cell(figures)
      return value === undefined ? [] : [`${heading} ${value}`]
    })
    .join(', ')
}

/** Path of the HTML file. The directory is made. */
export function writeReport(directory: string, outcomes: readonly Outcome[], port: string | undefined): string {
  mkdirSync(directory, { recursive: true })
  const at = new Date().toISOString()
  const device = port ?? 'simulated devices'
  const json = {
    version: 1,
    at,
    device,
    scenarios: outcomes.map(({ scenario, ...outcome }) => ({
      scenario: scenario.file,
      name: scenario.name,
      kind: scenario.device,
      ...outcome,
    })),
  }
  writeFileSync(join(directory, 'report.json'), `${JSON.stringify(json, null, 2)}\n`)
  const html = join(directory, 'report.html')
  writeFileSync(html, page(outcomes, `${at.slice(0, 16).replace('T', ' ')} UTC, ${hostname()}, ${device}`))
  return html
}

function page(outcomes: readonly Outcome[], where: string): string {
  const count = (result: Outcome['result']) => outcomes.filter((outcome) => outcome.result === result).length
  const head = columns.map(([heading]) => `<th>${heading}</th>`).join('')
  const rows = outcomes.map((outcome) => {
    const cells = columns.map(([, cell]) => {
      const value = cell(outcome.figures)
      return value === undefined ? '<td class="none">–</td>' : `<td>${asText(value)}</td>`
    })
    const { scenario, result } = outcome
    return `<tr><td class="${result}">${words[result]}</td><th><a href="#${scenario.file}">${asText(scenario.name)}</a></th>${cells.join('')}</tr>`
  })
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Cordboard: report of the rig</title>
<style>${style}</style>
<h1>Report of the rig</h1>
<p>${asText(where)}: ${count('passed')} passed, ${count('failed')} failed, ${count('notRun')} not run.
“In” is from the line to the box, “out” from the box to the line; levels are against what was sent. – : not measured in this
scenario. Delays are through the whole box and the measuring program.</p>
<div class="wide"><table><thead><tr><th></th><th>scenario</th>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>
${hangUps(outcomes)}
${outcomes.map(section).join('\n')}
</html>
`
}

/** What is told without a tone is to be noticed within 2 s. */
const hangUpBarMs = 2000

function hangUps(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ scenario, figures }) =>
    figures.disconnectMs === undefined ? [] : [{ name: asText(scenario.name), value: figures.disconnectMs }],
  )
  if (rows.length === 0) return ''
  const title =
    'Hang-up seen after; without a tone it is to be within 2 s, a tone is to be heard for three of its periods'
  return `<div class="wide">${bars(title, 'ms', rows, hangUpBarMs)}</div>`
}

const words = { passed: 'passed', failed: 'failed', notRun: 'not run' } as const

function section({ scenario, result, reason, plots, tookMs }: Outcome): string {
  const drawn = [
    plots.in && plot({ title: 'Heard by the box', unit: 'dBm0', values: plots.in, stepS: 0.02 }),
    plots.out && plot({ title: 'Heard by the far end', unit: 'dBm0', values: plots.out, stepS: 0.02 }),
    plots.echoDb && plot({ title: 'Echo loss', unit: 'dB', values: plots.echoDb, stepS: 0.25, bar: 30 }),
    plots.driftPpm &&
      plot({ title: 'Drift as measured', unit: 'ppm', values: plots.driftPpm, stepS: 1, bar: scenario.line.ppm }),
  ].filter((one) => one !== undefined)
  return `<section id="${scenario.file}"><h2>${asText(scenario.name)}</h2>
<p><span class="${result}">${words[result]}</span> in ${(tookMs / 1000).toFixed(1)} s, ${scenario.device}. ${asText(scenario.about)}</p>
${reason === undefined ? '' : `<pre>${asText(reason)}</pre>`}
<div class="plots">${drawn.join('')}</div></section>`
}

export function asText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const style = `
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 1400px; padding: 0 1rem; color: #1c2733 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .2rem } p { margin: .3rem 0 }
.wide { overflow-x: auto; margin-top: 1rem }
table { border-collapse: collapse; font-size: 13px } th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid #dde3ea }
thead th { white-space: nowrap; color: #546475; font-weight: 600 } tbody th { font-weight: 400; min-width: 13rem } a { color: inherit }
td { font-variant-numeric: tabular-nums; white-space: nowrap } .none { color: #a9b4c0 }
.passed { color: #11733c; font-weight: 600 } .failed { color: #b3261e; font-weight: 600 } .notRun { color: #6b7785 }
pre { white-space: pre-wrap; background: #fbeeed; padding: .5rem .8rem; border-radius: 4px; font-size: 12px }
.plots { display: flex; flex-wrap: wrap; gap: 1rem } svg text { font: 11px system-ui, sans-serif; fill: #546475 }
`
