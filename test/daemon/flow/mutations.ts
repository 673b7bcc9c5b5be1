// Spoils a flow in the ways files are spoiled: in its text, in its structure, in its values. Seeded.
type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

const odd: readonly Json[] = [
  '',
  '$.Attributes.x',
  '$.External',
  "$['__proto__']['constructor']",
  '\u0000',
  'x'.repeat(7000),
  '<speak>',
  '-1',
  '1e309',
  '0',
  'true',
  'NaN',
  -1,
  1e308,
  0,
  true,
  null,
  [],
  {},
  [[[[[]]]]],
  { __proto__x: 1 },
]

/** The text with one to four faults in it. */
export function mutated(text: string, others: readonly string[], random: () => number): string {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  if (random() < 0.15) return spoiledText(text, random)
  const flow = JSON.parse(text) as Json
  for (let count = 1 + Math.floor(random() * 4); count > 0; count--) {
    const places = placesIn(flow)
    const { holder, key } = one(places)
    const donor = one(placesIn(JSON.parse(one(others)) as Json))
    const values = [() => one(odd), () => ownValue(donor), () => ownValue(one(places)), () => one(types)]
    const value = one(values)()
    const drawn = random()
    if (drawn < 0.15) delete holder[key]
    else if (drawn < 0.25 && Array.isArray(holder)) holder.push(structuredClone(ownValue({ holder, key }) ?? null))
    else if (drawn < 0.35) define(holder, random() < 0.5 ? '__proto__' : 'constructor', value ?? null)
    else holder[key] = structuredClone(value ?? null)
  }
  return JSON.stringify(flow)
}

const types: readonly string[] = [
  'Loop',
  'Wait',
  'InvokeFlowModule',
  'TransferToFlow',
  'Compare',
  'constructor',
  'ShowView',
]

/** As a parser of JSON does: a key of its own, whatever its name. */
function define(holder: object, key: string, value: Json): void {
  Object.defineProperty(holder, key, {
    value: structuredClone(value),
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

interface Place {
  holder: Record<string | number, Json>
  key: string
}

/** Own: a copied key may be that of a method. */
function ownValue({ holder, key }: Place): Json | undefined {
  return Object.hasOwn(holder, key) ? holder[key] : undefined
}

function placesIn(value: Json): Place[] {
  const places: Place[] = []
  const walk = (at: Json) => {
    if (typeof at !== 'object' || at === null) return
    for (const [key, inner] of Object.entries(at)) {
      places.push({ holder: at as Record<string, Json>, key })
      walk(inner)
    }
  }
  walk(value)
  return places.length > 0 ? places : [{ holder: {}, key: 'x' }]
}

function spoiledText(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length)
  const rest = text.slice(at + Math.floor(random() * 40))
  const put = ['', '"', '}', '\\', '\ud800', ',,', '[', 'null', text.slice(at, at + 200)]
  return text.slice(0, at) + put[Math.floor(random() * put.length)] + (random() < 0.2 ? '' : rest)
}
