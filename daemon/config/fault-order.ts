// Faults as a person works through them: file by file, top to bottom, and no more of one file than helps.
import type { Fault } from '../fault.ts'
import { code } from './codes.ts'
import { fault } from './document.ts'

const mostOfFile = 100

/** `firstFiles` come first, in that order; then the others by name. What is left out of a file, its last fault says. */
export function inOrder(faults: readonly Fault[], firstFiles: readonly string[]): Fault[] {
  const byFile = new Map<string, Fault[]>()
  for (const it of faults) {
    const ofFile = byFile.get(it.file)
    if (ofFile) ofFile.push(it)
    else byFile.set(it.file, [it])
  }
  const others = [...byFile.keys()].filter((file) => !firstFiles.includes(file)).sort()
  return [...firstFiles, ...others].flatMap((file) => {
    const ofFile = (byFile.get(file) ?? []).sort(byPlace)
    if (ofFile.length <= mostOfFile) return ofFile
    const left = ofFile.slice(mostOfFile)
    const severity = left.some((it) => it.severity === 'error') ? 'error' : 'warning'
    const message = `There are ${left.length} more faults in this file.`
    return [
      ...ofFile.slice(0, mostOfFile),
      fault({ file }, code.tooManyFaults, message, 'Mend the first ones.', severity),
    ]
  })
}

function byPlace(a: Fault, b: Fault): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
