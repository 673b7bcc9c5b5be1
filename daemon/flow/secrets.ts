// What logs never show: values under names that tell a secret, wherever an author or a function put them.

export const masked = '*****'

const names: ReadonlySet<string> = new Set(['pin', 'cvv', 'cvc', 'cvv2', 'ssn', 'creditcard', 'otp'])
const endings =
  /(?:password|passphrase|passwd|secret|token|authorization|apikey|privatekey|cardnumber|pincode|passcode)$/

/** By the name alone, in whatever spelling: `apiKey`, `x-api-key`, `Card Number`. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_ ]/g, '')
  return names.has(plain) || endings.test(plain)
}

/** A copy in which every value under such a name is masked, however deep. */
export function withoutSecrets(value: unknown, inSecret = false): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutSecrets(inner, inSecret))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, withoutSecrets(inner, inSecret || isSecretName(key))]),
    )
  return inSecret && value !== null ? masked : value
}

/** Whether any key tells a secret, however deep. */
export function hasSecretKeys(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasSecretKeys)
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => isSecretName(key) || hasSecretKeys(inner))
}

/** Shorter ones would mask half of any sentence; whole, they are masked all the same. */
const shortestInside = 3

/** The text without any of the values. */
export function maskValues(text: string, values: readonly string[]): string {
  let clean = text
  for (const value of values)
    if (value === clean) return masked
    else if (value.length >= shortestInside) clean = clean.replaceAll(value, masked)
  return clean
}
