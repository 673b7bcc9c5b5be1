// Numbers as flows hand them on: E.164, with the plus sign that people leave out.

/** Undefined when it can be no number. */
export function e164(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const digits = text
    .trim()
    .replace(/^\+/, '')
    .replace(/[ ()-]/g, '')
  return /^[1-9][0-9]{6,14}$/.test(digits) ? `+${digits}` : undefined
}
