// The schema of voice.yaml: what speaks beside the built-in voice, and what understands callers. Part of the one source,
// schema.ts.
import { z } from 'zod'

const whole = (minimum: number, maximum: number) => z.number().int().min(minimum).max(maximum)
const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be letters, digits, dash or underscore')
const language = z
  .string()
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag or its beginning, e.g. en or en-GB')
const url = z.string().regex(/^https?:\/\/[^\s/]+(\/\S*)?$/, 'must be an http or https address')
const webSocketUrl = z.string().regex(/^wss?:\/\/[^\s/]+(\/\S*)?$/, 'must be a ws or wss address')
const absolutePath = z.string().regex(/^\/./, 'must be an absolute path')
const headers = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'must be letters, digits and dashes'),
      valueFile: z.string().min(1).describe('File with the value on one line, relative to the instance'),
    }),
  )
  .default([])
  .describe('Headers with secrets, e.g. Authorization; their values never stand in this file')

const engineLimits = {
  timeoutS: whole(1, 60).default(5).describe('Longest wait for a piece of a text; then the built-in voice says it'),
  concurrency: whole(1, 100).default(4).describe('Pieces at once; more wait for their turn'),
}

const engine = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('command'),
    name,
    command: z
      .array(z.string().max(4096))
      .min(1)
      .describe(
        'Program and arguments as a list; {voice}, {language} and {file} are filled in. Without {file} the text is on its input',
      ),
    ssml: z.boolean().default(false).describe('The program takes SSML; else it is given plain text'),
    sampleRate: whole(8000, 96_000).optional().describe('Of raw 16-bit output; absent, the output is WAV'),
    ...engineLimits,
  }),
  z.strictObject({
    kind: z.literal('http'),
    name,
    url: url.describe('Address that texts are posted to; {voice} and {language} are filled in'),
    form: z.enum(['polly', 'text']).default('polly').describe('polly: JSON of SynthesizeSpeech; text: the text itself'),
    ssml: z.boolean().default(true).describe('The endpoint takes SSML; else it is given plain text'),
    sampleRate: whole(8000, 96_000).default(8000).describe('Asked for, and of answers that are no WAV'),
    headers,
    ...engineLimits,
  }),
])

const voice = z.strictObject({
  voice: z.string().min(1).max(100).optional().describe('Name as flows write it, e.g. Joanna; absent: every name'),
  language: language.optional().describe('Language of the contact; absent: every language'),
  engine: z.string().min(1).max(64).describe('Name of the engine that speaks'),
  as: z.string().min(1).max(200).optional().describe('What the engine calls the voice; absent: as flows do'),
})

const common = {
  languages: z.array(language).default([]).describe('Languages it understands; empty: all'),
  timeoutS: whole(1, 60).default(5).describe('Longest wait for the text once the caller has finished'),
}

const recogniser = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('pocketsphinx'),
    name,
    ...common,
    languages: z.array(language).default(['en']).describe('Languages its model understands; empty: all'),
    program: z.string().min(1).default('pocketsphinx_batch'),
    model: absolutePath.default('/usr/share/pocketsphinx/model/en-us/en-us').describe('Folder of the acoustic model'),
    dictionary: absolutePath.default('/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict'),
    strict: z
      .boolean()
      .default(false)
      .describe('Refuse words that are no expected phrase, at the price of some that are'),
    concurrency: whole(1, 16).default(2).describe('Utterances at once; more wait for their turn'),
  }),
  z.strictObject({
    kind: z.literal('http'),
    name,
    ...common,
    url: url.describe('Address that WAV files are posted to, as whisper.cpp has it: …/inference'),
    headers,
    concurrency: whole(1, 100).default(4).describe('Utterances at once; more wait for their turn'),
  }),
  z.strictObject({
    kind: z.literal('websocket'),
    name,
    ...common,
    url: webSocketUrl.describe('Address that samples are streamed to, as Vosk has it'),
    sampleRate: z.literal([8000, 16_000]).default(16_000),
    concurrency: whole(1, 500).default(50).describe('Utterances at once'),
  }),
])

export const voiceSchema = z.strictObject({
  engines: z.array(engine).max(100).default([]).describe('What speaks beside the built-in voice'),
  voices: z.array(voice).max(1000).default([]).describe('Which engine speaks; the first that fits'),
  promptSources: z
    .array(
      z.strictObject({
        from: z.string().min(1).max(500).describe('Beginning of prompt URIs in flows, e.g. s3://my-bucket/'),
        to: url.describe('Address that stands in its place, e.g. https://media.example.com/'),
        headers,
      }),
    )
    .max(100)
    .default([])
    .describe('Where prompts that flows name by URI are fetched from, and nowhere else; kept on disk'),
  recognisers: z.array(recogniser).max(100).default([]).describe('What understands callers; the first that can'),
})
