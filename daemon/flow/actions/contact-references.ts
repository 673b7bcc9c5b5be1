// What a task or a contact is about, as a flow writes it: a map of names to {Type, Value}.
import type { ContactReferences } from '../abilities.ts'
import { isFlowObject, valueText } from '../flow-value.ts'
import type { ParameterReader } from '../parameters.ts'
import { ParameterError } from '../resolved-parameters.ts'

/** Empty when there are none; throws ParameterError when they are no such map. */
export function readReferences(parameters: ParameterReader): ContactReferences {
  const written = parameters.value('References') ?? {}
  if (!isFlowObject(written)) throw new ParameterError('References is no map')
  return Object.fromEntries(
    Object.entries(written).map(([key, reference]) => {
      if (!isFlowObject(reference)) throw new ParameterError(`the reference ${key} has no Value`)
      return [key, { value: valueText(reference.Value) ?? '', type: valueText(reference.Type) ?? 'STRING' }]
    }),
  )
}
