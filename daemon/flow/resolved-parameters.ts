// The parameters of one action as it runs: texts are taken apart once per action and filled in on each run.
import type { FlowActionDocument } from './action.ts'
import { decimal } from './conditions.ts'
import { isObject } from './flow-metadata.ts'
import type { FlowValue } from './flow-value.ts'
import type { ParameterReader, ResourceKind } from './parameters.ts'
import { type ReferenceSource, resolveReference } from './references.ts'
import type { FlowResources } from './resources.ts'
import { hasSecretKeys, withoutSecrets } from './secrets.ts'
import { compileTemplate, type Template } from './template.ts'

/** A parameter is not what it must be; the engine takes the error branch. */
export class ParameterError extends Error {}

/** What is known of an action's parameters before it runs; shared by all runs of the flow. */
export class ParameterTemplates {
  readonly #parameters: Record<string, unknown>
  readonly #displayNames: ReadonlyMap<string, string> | undefined
  readonly #values = new Map<string, unknown>()
  readonly #templates = new Map<string, Template>()
  /** Of those, the few that have secrets, and whether one has what the caller keyed in. */
  readonly #secretTemplates: Template[] = []
  #hasStoredInput = false
  readonly #hasSecretKeys: boolean

  constructor(action: FlowActionDocument, displayNames: ReadonlyMap<string, string> | undefined) {
    this.#parameters = action.Parameters
    this.#displayNames = displayNames
    this.#hasSecretKeys = hasSecretKeys(action.Parameters)
  }

  /** The value as written; names lead into objects and lists by dots. Own keys only. */
  value(name: string): unknown {
    if (this.#values.has(name)) return this.#values.get(name)
    let value: unknown = this.#parameters
    for (const part of name.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
        value = undefined
        break
      }
      value = (value as Record<string, unknown>)[part]
    }
    if (this.#values.size < 1000) this.#values.set(name, value)
    return value
  }

  template(text: string): Template {
    let template = this.#templates.get(text)
    if (!template) {
      template = compileTemplate(text)
      if (template.secrets.length > 0) this.#secretTemplates.push(template)
      if (template.hasStoredInput) this.#hasStoredInput = true
      if (this.#templates.size < 1000) this.#templates.set(text, template)
    }
    return template
  }

  displayName(name: string): string | undefined {
    if (!this.#displayNames) return undefined
    // Older exports name the flow of a hook without telling the hook.
    return this.#displayNames.get(name) ?? this.#displayNames.get(name.slice(0, name.indexOf('.')))
  }

  /** Parameters with every text filled in, as the flow log shows them: without secrets. */
  filled(source: ReferenceSource): Record<string, unknown> {
    const fill = (value: unknown): unknown => {
      if (typeof value === 'string') return this.template(value).fillForLog(source) ?? ''
      if (Array.isArray(value)) return value.map(fill)
      if (!isObject(value)) return value
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]))
    }
    const filled = fill(this.#parameters)
    return (this.#hasSecretKeys ? withoutSecrets(filled) : filled) as Record<string, unknown>
  }

  /** What the secrets among its references stand for now, as far as the parameters have been read. */
  secretValues(source: ReferenceSource): string[] {
    return this.#secretTemplates.flatMap(({ secrets }) =>
      secrets.flatMap(({ segments }) => resolveReference(segments, source) ?? []),
    )
  }

  /** Those, and what the caller keyed in: the flow log may tell that, the daemon's own must not. */
  sensitiveValues(source: ReferenceSource): string[] {
    const keyedIn = this.#hasStoredInput ? source.state.storedCustomerInput : undefined
    return [...this.secretValues(source), ...(keyedIn === undefined ? [] : [keyedIn])]
  }
}

export class ResolvedParameters implements ParameterReader {
  readonly #templates: ParameterTemplates
  readonly #source: ReferenceSource
  readonly #resources: FlowResources

  constructor(templates: ParameterTemplates, source: ReferenceSource, resources: FlowResources) {
    this.#templates = templates
    this.#source = source
    this.#resources = resources
  }

  has(name: string): boolean {
    return this.#templates.value(name) !== undefined
  }

  text(name: string): string | undefined {
    const value = this.#templates.value(name)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return this.#templates.template(value).fill(this.#source)
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw new ParameterError(`${name} is neither text nor number`)
  }

  number(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const number = decimal(text)
    if (Number.isNaN(number)) throw new ParameterError(`${name} is "${text}", which is no number`)
    return number
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined) return undefined
    if (text !== 'true' && text !== 'false') throw new ParameterError(`${name} is "${text}", neither true nor false`)
    return text === 'true'
  }

  texts(name: string): Record<string, string> {
    const value = this.#templates.value(name)
    if (value === undefined || value === null) return {}
    if (!isObject(value)) throw new ParameterError(`${name} is no map of texts`)
    const texts: [string, string][] = []
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === 'object' && inner !== null) throw new ParameterError(`${name}.${key} is no text`)
      const filledKey = this.#templates.template(key).fill(this.#source)
      if (!filledKey) throw new ParameterError(`the key ${key} of ${name} has no data`)
      texts.push([filledKey, this.#templates.template(String(inner ?? '')).fill(this.#source) ?? ''])
    }
    // fromEntries defines own properties: a key `__proto__` stays a key.
    return Object.fromEntries(texts)
  }

  raw(name: string): unknown {
    return this.#templates.value(name)
  }

  value(name: string): FlowValue | undefined {
    return this.#filled(this.#templates.value(name))
  }

  #filled(written: unknown): FlowValue | undefined {
    if (typeof written === 'string') return this.#templates.template(written).value(this.#source)
    if (typeof written === 'number' || typeof written === 'boolean') return written
    if (Array.isArray(written)) return written.map((inner) => this.#filled(inner) ?? null)
    if (!isObject(written)) return undefined
    const filled: [string, FlowValue][] = []
    for (const [key, inner] of Object.entries(written)) {
      const filledKey = this.#templates.template(key).fill(this.#source)
      if (!filledKey) throw new ParameterError(`the key ${key} has no data`)
      const value = this.#filled(inner)
      if (value !== undefined) filled.push([filledKey, value])
    }
    return Object.fromEntries(filled)
  }

  resourceNamed(kind: ResourceKind, text: string): string | undefined {
    return text === '' ? undefined : this.#resources.resolve(kind, text)
  }

  resource(name: string, kind: ResourceKind): string | undefined {
    const written = this.#templates.value(name)
    const value = this.text(name)
    if (value === undefined || value === '') return undefined
    const dynamic = typeof written === 'string' && this.#templates.template(written).dynamic
    return this.#resources.resolve(kind, value, dynamic ? undefined : this.#templates.displayName(name))
  }
}
