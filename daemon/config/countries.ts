// Country codes (ISO 3166-1 alpha-2), by what the runtime knows of them.

const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** `text` must be two capital letters. */
export function isCountry(text: string): boolean {
  return text !== 'ZZ' && names.of(text) !== undefined && new Intl.Locale(`und-${text}`).region === text
}

/** What a withdrawn or common wrong code (`UK`) stands for; undefined when it stands for nothing. */
export function currentCountry(text: string): string | undefined {
  const current = new Intl.Locale(`und-${text}`).region
  return names.of(text) !== undefined && current !== text ? current : undefined
}
