// Flows inside of something else: an answer of the service's API (`aws connect describe-contact-flow`, …), where the
// document is a text and its name and type stand beside it; that text alone; a CloudFormation template, with any number.
import { parseDocument } from 'yaml'
import { flowResources, isObject } from '../flow/flow-metadata.ts'

/** A flow taken out; without a document: what should be one is none, or stands elsewhere. */
export interface Inside {
  name?: string
  document?: Record<string, unknown>
}

/** JSON, else what templates are written in besides. Undefined when it is neither: the loader tells where JSON ends. */
export function parseExport(text: string, file: string): unknown {
  const json = parsed(text)
  if (json !== undefined || !/\.(?:ya?ml|template)$/i.test(file)) return json
  // Tags of the template's own (!Sub, !Ref) are no fault: what they stand before is taken as it is.
  const document = parseDocument(text, { logLevel: 'silent' })
  return document.errors.length > 0 ? undefined : document.toJS({ maxAliasCount: 100 })
}

/** Empty when `document` holds no flow but, maybe, is one. */
export function insideOf(document: unknown): Inside[] {
  if (typeof document === 'string') {
    const content = parsed(document)
    return isObject(content) ? [{ document: content }] : []
  }
  if (!isObject(document) || 'Actions' in document || 'modules' in document) return []
  const resources = flowResources(document)
  if (resources.length > 0) return resources.map(({ name, properties, type }) => taken(properties, name, type))
  const { ContactFlow: flow, ContactFlowModule: module } = document
  const answer = isObject(flow) ? flow : isObject(module) ? module : document
  const inside = taken(answer, undefined, answer === module ? 'module' : (answer.Type ?? answer.ContactFlowType))
  return inside.document ? [inside] : []
}

function taken(of: Record<string, unknown>, otherName: string | undefined, type: unknown): Inside {
  const name = typeof of.Name === 'string' ? of.Name : otherName
  const content = contentOf(of.Content)
  if (!isObject(content) || !('Actions' in content || 'modules' in content))
    return { ...(name !== undefined && { name }) }
  const given = { ...(name !== undefined && { name }), ...(typeof type === 'string' && { type }) }
  // Exports of the older designer have it in lower case.
  const key = 'modules' in content ? 'metadata' : 'Metadata'
  return { ...given, document: { ...content, [key]: { ...given, ...metadataOf(content) } } }
}

/** A text, a text with placeholders (`Fn::Sub`, maybe with what they stand for), or the document itself. */
function contentOf(content: unknown): unknown {
  const substituted = isObject(content) && 'Fn::Sub' in content ? content['Fn::Sub'] : content
  const text: unknown = Array.isArray(substituted) ? substituted[0] : substituted
  return typeof text === 'string' ? parsed(text) : text
}

function metadataOf(content: Record<string, unknown>): Record<string, unknown> {
  const written = content.Metadata ?? content.metadata
  return isObject(written) ? written : {}
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    // No document is inside: what there is, is told of as it stands.
    return undefined
  }
}
