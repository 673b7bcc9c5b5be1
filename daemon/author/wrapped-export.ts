// A flow as the service's API hands it out (`aws connect describe-contact-flow`, `describe-contact-flow-module`): the
// document is a text inside, its name and type stand beside it.
import { isObject } from '../flow/flow-metadata.ts'

/** The document itself, with the name and type from beside it; undefined when `document` is no such answer. */
export function unwrapped(document: unknown): Record<string, unknown> | undefined {
  if (!isObject(document) || 'Actions' in document || 'modules' in document) return undefined
  const { ContactFlow: flow, ContactFlowModule: module } = document
  const answer = isObject(flow) ? flow : isObject(module) ? module : document
  const content = typeof answer.Content === 'string' ? parsed(answer.Content) : answer.Content
  if (!isObject(content)) return undefined
  const written = metadataOf(content)
  const type = answer === module ? 'module' : (answer.Type ?? answer.ContactFlowType)
  const given = {
    ...(typeof answer.Name === 'string' && { name: answer.Name }),
    ...(typeof type === 'string' && { type }),
  }
  // Exports of the older designer have it in lower case.
  const key = 'modules' in content ? 'metadata' : 'Metadata'
  return { ...content, [key]: { ...given, ...written } }
}

function metadataOf(content: Record<string, unknown>): Record<string, unknown> {
  const written = content.Metadata ?? content.metadata
  return isObject(written) ? written : {}
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No document is inside: what there is, is told of as it stands.
    return undefined
  }
}
