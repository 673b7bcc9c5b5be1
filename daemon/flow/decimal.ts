// Numbers as flows write them.

const numberPattern = /^\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*$/

/** The number a text stands for; NaN for anything but a plain decimal number (`""`, `"0x10"` and `"Infinity"` too). */
export function decimal(text: string): number {
  return numberPattern.test(text) ? Number(text) : Number.NaN
}
