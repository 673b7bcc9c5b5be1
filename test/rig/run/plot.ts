// A course over time as an SVG picture for the rig's report.
export interface PlotOptions {
  title: string
  unit: string
  values: readonly number[]
  /** From one value to the next. */
  stepS: number
  /** What it is held against. */
  bar?: number
}

const width = 520
const height = 170
const edge = { left: 48, right: 12, top: 26, bottom: 28 }

export function plot({ title, unit, values, stepS, bar }: PlotOptions): string {
  const all = bar === undefined ? values : [...values, bar]
  const { low, high, step } = scale(Math.min(...all), Math.max(...all))
  const seconds = Math.max(stepS, (values.length - 1) * stepS)
  const x = (s: number) => edge.left + (s / seconds) * (width - edge.left - edge.right)
  const y = (value: number) => edge.top + ((high - value) / (high - low)) * (height - edge.top - edge.bottom)
  const lines: string[] = []
  for (let value = low; value <= high + step / 2; value += step)
    lines.push(
      `<line x1="${edge.left}" x2="${width - edge.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="#e3e8ee"/>`,
      `<text x="${edge.left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${Number(value.toFixed(1))}</text>`,
    )
  const tickS = [0.25, 0.5, 1, 2, 5, 10, 30, 60].find((s) => seconds / s <= 8) ?? 600
  for (let s = 0; s <= seconds + 1e-9; s += tickS)
    lines.push(`<text x="${x(s).toFixed(1)}" y="${height - 10}" text-anchor="middle">${Number(s.toFixed(2))} s</text>`)
  const course = values.map((value, i) => `${x(i * stepS).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const mark =
    bar === undefined
      ? ''
      : `<line x1="${edge.left}" x2="${width - edge.right}" y1="${y(bar).toFixed(1)}" y2="${y(bar).toFixed(1)}" stroke="#b3261e" stroke-dasharray="5 4"/>`
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<text x="${edge.left}" y="15" style="font-weight:600">${title} (${unit})</text>${lines.join('')}${mark}
<polyline points="${course}" fill="none" stroke="#1f6fb2" stroke-width="1.6"/></svg>`
}

/** Round numbers around the values. */
function scale(least: number, most: number): { low: number; high: number; step: number } {
  const span = Math.max(most - least, 1)
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500].find((one) => span / one <= 5) ?? 1000
  const low = Math.floor(least / step) * step
  const high = Math.ceil(most / step) * step
  return { low, high: high === low ? low + step : high, step }
}

const barHeight = 22

/** Figures of several scenarios side by side, with the bar that they are held against. */
export function bars(
  title: string,
  unit: string,
  rows: readonly { name: string; value: number }[],
  limit: number,
): string {
  const nameWidth = 330
  const wide = 860
  const most = Math.max(limit, ...rows.map(({ value }) => value)) * 1.12
  const x = (value: number) => nameWidth + (value / most) * (wide - nameWidth - 60)
  const tall = 34 + rows.length * barHeight
  const drawn = rows.map(({ name, value }, i) => {
    const y = 28 + i * barHeight
    return `<text x="${nameWidth - 8}" y="${y + 12}" text-anchor="end">${name}</text>
<rect x="${nameWidth}" y="${y}" width="${(x(value) - nameWidth).toFixed(1)}" height="15" fill="#1f6fb2"/>
<text x="${(x(value) + 5).toFixed(1)}" y="${y + 12}">${value} ${unit}</text>`
  })
  const mark = `<line x1="${x(limit).toFixed(1)}" x2="${x(limit).toFixed(1)}" y1="22" y2="${tall - 4}" stroke="#b3261e" stroke-dasharray="5 4"/>`
  return `<svg width="${wide}" height="${tall}" viewBox="0 0 ${wide} ${tall}" role="img" aria-label="${title}">
<text x="0" y="15" style="font-weight:600">${title}</text>${drawn.join('')}${mark}</svg>`
}
