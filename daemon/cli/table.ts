// Rows as aligned columns for people. Data of callers is shown without control characters: a caller's name must not
// move the reader's cursor.

export type Cell = string | number | null | undefined

/** Lines with two blanks between columns; numbers to the right. An empty cell is shown as `-`. */
export function formatTable(headings: readonly string[], rows: readonly (readonly Cell[])[], indent = ''): string {
  const lines = [headings, ...rows.map((row) => row.map(showCell))]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))))
  const isNumeric = headings.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'))
  return lines
    .map((line) => {
      const cells = headings.map((_, column) => {
        const text = line[column] ?? ''
        const padding = ' '.repeat(widths[column]! - widthOf(text))
        return isNumeric[column] ? padding + text : text + padding
      })
      return (indent + cells.join('  ')).trimEnd()
    })
    .join('\n')
}

/** Text without control and format characters. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?')
}

function showCell(cell: Cell): string {
  return cell === null || cell === undefined || cell === '' ? '-' : printable(String(cell))
}

function widthOf(text: string): number {
  return [...text].length
}

/** `0:07`, `1:02:03`. */
export function formatDuration(totalSeconds: number): string {
  const seconds = Math.max(0, Math.floor(totalSeconds))
  const two = (value: number) => String(value).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
