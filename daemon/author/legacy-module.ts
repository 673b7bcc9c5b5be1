// One block of an export of the older flow designer (a `modules` list instead of Version 2019-10-30): parameters are a
// list of names with a value, a namespace when the value is a reference, a key when there are several of that name, and
// a resource name beside an ARN; branches are a list of conditions.
import { z } from 'zod'

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const legacyModuleSchema = z.object({
  id: z.string().min(1),
  type: z.string().min(1),
  branches: z
    .array(
      z.object({
        condition: z.string(),
        conditionType: z.string().nullish(),
        conditionValue: scalar.optional(),
        transition: z.string().nullish(),
      }),
    )
    .default([]),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        value: scalar.optional(),
        key: z.string().nullish(),
        namespace: z.string().nullish(),
        resourceName: z.string().nullish(),
        contactReference: z.object({ key: z.string(), value: z.string(), type: z.string() }).nullish(),
      }),
    )
    .default([]),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  target: z.string().nullish(),
})

export const legacyExportSchema = z.object({
  modules: z.array(z.unknown()).min(1),
  start: z.string(),
  type: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
})

export type LegacyModule = z.infer<typeof legacyModuleSchema>
export type LegacyParameter = LegacyModule['parameters'][number]
export type LegacyBranch = LegacyModule['branches'][number]

/** The block holds something that has no known meaning in the newer format. */
export class LegacyProblem extends Error {}

/** What the designer called the values of the system, to where the newer format has them. Case does not matter. */
const systemReferences: ReadonlyMap<string, string> = new Map([
  ['stored customer input', '$.StoredCustomerInput'],
  ['channel', '$.Channel'],
  ['customer number', '$.CustomerEndpoint.Address'],
  ['dialed number', '$.SystemEndpoint.Address'],
  ['customer callback number', '$.CustomerCallbackNumber'],
  ['contact id', '$.ContactId'],
  ['initial contact id', '$.InitialContactId'],
  ['previous contact id', '$.PreviousContactId'],
  ['initiation method', '$.InitiationMethod'],
  ['instance arn', '$.InstanceARN'],
  ['queue name', '$.Queue.Name'],
  ['queue arn', '$.Queue.ARN'],
  ['agent first name', '$.Agent.FirstName'],
  ['agent last name', '$.Agent.LastName'],
  ['agent user name', '$.Agent.UserName'],
  ['agent arn', '$.Agent.ARN'],
  ['text to speech voice', '$.TextToSpeechVoiceId'],
])

/** A value as the newer format writes it: a text, or a reference. */
export function valueText(value: LegacyParameter['value'], namespace: string | null | undefined): string {
  const text = value === undefined || value === null ? '' : String(value)
  switch (namespace ?? '') {
    case '':
      return text
    case 'System': {
      const reference = systemReferences.get(text.toLowerCase()) ?? dottedReference(text)
      if (reference === undefined) throw new LegacyProblem(`the system attribute "${text}"`)
      return reference
    }
    case 'User Defined':
      return reference('Attributes', text)
    case 'External':
      return reference('External', text)
    default:
      throw new LegacyProblem(`the namespace "${namespace}"`)
  }
}

/** Later exports write where the newer format has it: `Queue.ARN`. */
function dottedReference(text: string): string | undefined {
  const written = `$.${text}`
  return [...systemReferences.values()].find((one) => one.toLowerCase() === written.toLowerCase())
}

function reference(root: string, key: string): string {
  // An answer may be structured: its dots lead into it. A key of an attribute has none.
  if (/^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?$/u.test(key)) return `$.${root}.${key}`
  if (/['\]]/.test(key)) throw new LegacyProblem(`the attribute key "${key}"`)
  return `$.${root}['${key}']`
}
