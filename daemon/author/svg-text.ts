// Text in an SVG: escaped whatever it holds, and cut to the room there is, as well as that can be told without a font.

/** Characters XML 1.0 has no way to write are shown as a question mark. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
}

/** The widest of the usual sans-serif fonts are so much wider than the narrow ones measured below. */
const widestFont = 1.12

/** Roughly, for a sans-serif font of that size. */
export function textWidth(text: string, sizePx: number): number {
  let units = 0
  for (const character of text) units += characterWidth(character)
  return units * sizePx * widestFont
}

function characterWidth(character: string): number {
  if (/[ijltIf.,:;'|!()[\] ]/.test(character)) return 0.31
  if (/[mwMW@%—…]/.test(character)) return 0.92
  if (/[A-Z0-9&$#]/.test(character)) return 0.66
  // Hangul, kana, ideographs and pictures take a square.
  return (character.codePointAt(0) ?? 0) >= 0x1100 && !/[\u2000-\u2bff]/.test(character) ? 1.02 : 0.55
}

export function fitText(text: string, widthPx: number, sizePx: number): string {
  if (textWidth(text, sizePx) <= widthPx) return text
  const characters = [...text]
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, sizePx) > widthPx) characters.pop()
  return `${characters.join('').trimEnd()}…`
}

/** At most `maximumLines`, broken between words where there are any; the last is cut. */
export function wrapText(text: string, widthPx: number, sizePx: number, maximumLines: number): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const lines: string[] = []
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const line = lines.at(-1)
    if (line !== undefined && textWidth(`${line} ${word}`, sizePx) <= widthPx)
      lines[lines.length - 1] = `${line} ${word}`
    else if (lines.length < maximumLines) lines.push(word)
    else {
      lines[lines.length - 1] = `${line} ${[word, ...words].join(' ')}`
      break
    }
  }
  return lines.map((line) => fitText(line, widthPx, sizePx))
}
