// Voice names as flows write them (Amazon Polly's), to what espeak-ng can do for each: a language, a timbre and a pitch.
// A voice that is not in the table speaks the contact's language.
import type { FlowVoice } from '../flow/host.ts'

export interface EspeakVoice {
  /** Value of `-v`: language and variant, e.g. `en-us+f3`. Made of the tables below only, never of a flow's text. */
  name: string
  /** Value of `-p`, 0 to 99. */
  pitch: number
  /** Value of `-s`, words a minute. */
  wordsPerMinute: number
}

type Sex = 'f' | 'm'

const voicesByLanguage: Record<string, string> = {
  arb: 'f:Zeina',
  'ar-AE': 'f:Hala m:Zayd',
  'ca-ES': 'f:Arlet',
  'cmn-CN': 'f:Zhiyu',
  'cs-CZ': 'f:Jitka',
  'cy-GB': 'f:Gwyneth',
  'da-DK': 'f:Naja f:Sofie m:Mads',
  'de-AT': 'f:Hannah',
  'de-CH': 'f:Sabrina',
  'de-DE': 'f:Marlene f:Vicki m:Hans m:Daniel',
  'en-AU': 'f:Nicole f:Olivia m:Russell',
  'en-GB': 'f:Amy f:Emma m:Brian m:Arthur',
  'en-GB-WLS': 'm:Geraint',
  'en-IE': 'f:Niamh',
  'en-IN': 'f:Aditi f:Raveena f:Kajal',
  'en-NZ': 'f:Aria',
  'en-SG': 'f:Jasmine',
  'en-US':
    'f:Joanna f:Ruth f:Danielle f:Salli f:Kendra f:Kimberly f:Ivy f:Tiffany m:Matthew m:Gregory m:Stephen m:Joey m:Justin m:Kevin m:Patrick',
  'en-ZA': 'f:Ayanda',
  'es-ES': 'f:Conchita f:Lucia f:Alba m:Enrique m:Sergio m:Raul',
  'es-MX': 'f:Mia m:Andres',
  'es-US': 'f:Lupe f:Penelope m:Miguel m:Pedro',
  'fi-FI': 'f:Suvi',
  'fr-BE': 'f:Isabelle',
  'fr-CA': 'f:Chantal f:Gabrielle m:Liam',
  'fr-FR': 'f:Celine f:Lea m:Mathieu m:Remi',
  'is-IS': 'f:Dora m:Karl',
  'it-IT': 'f:Carla f:Bianca f:Beatrice m:Giorgio m:Adriano m:Lorenzo',
  'ja-JP': 'f:Mizuki f:Kazuha f:Tomoko m:Takumi',
  'ko-KR': 'f:Seoyeon f:Jihye',
  'nb-NO': 'f:Liv f:Ida',
  'nl-BE': 'f:Lisa',
  'nl-NL': 'f:Lotte f:Laura m:Ruben',
  'pl-PL': 'f:Ewa f:Maja f:Ola m:Jacek m:Jan',
  'pt-BR': 'f:Camila f:Vitoria m:Ricardo m:Thiago',
  'pt-PT': 'f:Ines m:Cristiano',
  'ro-RO': 'f:Carmen',
  'ru-RU': 'f:Tatyana m:Maxim',
  'sv-SE': 'f:Astrid f:Elin',
  'tr-TR': 'f:Filiz f:Burcu',
  'yue-CN': 'f:Hiujin',
}

/** Languages where espeak-ng's name is not the language alone; longest match first. */
const espeakLanguages: readonly [prefix: string, espeak: string][] = [
  ['en-US', 'en-us'],
  ['en-GB-WLS', 'en-gb'],
  ['en-IE', 'en-gb-scotland'],
  ['en', 'en-gb'],
  ['es-ES', 'es'],
  ['es', 'es-419'],
  ['fr-BE', 'fr-be'],
  ['fr-CH', 'fr-ch'],
  ['fr', 'fr-fr'],
  ['pt-BR', 'pt-br'],
  ['pt', 'pt'],
  ['arb', 'ar'],
  ['cmn', 'cmn'],
  ['zh', 'cmn'],
  ['yue', 'yue'],
  ['no', 'nb'],
]

/** Languages espeak-ng has under their own two letters. */
const plainLanguages = new Set(
  'ar bg bs ca cs cy da de el et fa fi ga hi hr hu id is it ja ko lt lv mk ms nb nl pl ro ru sk sl sq sr sv sw ta te th tr uk ur vi'.split(
    ' ',
  ),
)

const fallbackLanguage = 'en-us'
const timbres: Record<Sex, readonly { variant: string; pitch: number }[]> = {
  f: [
    { variant: 'f3', pitch: 50 },
    { variant: 'f2', pitch: 55 },
    { variant: 'f4', pitch: 48 },
    { variant: 'f5', pitch: 52 },
  ],
  m: [
    { variant: 'm3', pitch: 45 },
    { variant: 'm2', pitch: 40 },
    { variant: 'm7', pitch: 48 },
    { variant: 'm4', pitch: 42 },
  ],
}

interface KnownVoice {
  language: string
  sex: Sex
  /** Which of the language's voices of that sex: they should not all sound alike. */
  order: number
}

const knownVoices: ReadonlyMap<string, KnownVoice> = new Map(
  Object.entries(voicesByLanguage).flatMap(([language, list]) => {
    const counts: Record<Sex, number> = { f: 0, m: 0 }
    return list.split(' ').map((entry): [string, KnownVoice] => {
      const sex: Sex = entry.startsWith('m') ? 'm' : 'f'
      return [entry.slice(2).toLowerCase(), { language, sex, order: counts[sex]++ }]
    })
  }),
)

export function espeakVoice(voice: FlowVoice): EspeakVoice {
  const known = knownVoices.get(voice.voiceId.toLowerCase())
  const language = espeakLanguage(known?.language ?? voice.languageCode)
  const choices = timbres[known?.sex ?? 'f']
  const { variant, pitch } = choices[(known?.order ?? 0) % choices.length]!
  // A little slower than espeak-ng's own 175: telephone speech loses its upper band.
  return { name: `${language}+${variant}`, pitch, wordsPerMinute: 160 }
}

/** Whether the name is in the table; other names are spoken in the contact's language. */
export function isKnownVoice(voiceId: string): boolean {
  return knownVoices.has(voiceId.toLowerCase())
}

/** Value of `xml:lang`, or the beginning of `-v`: out of our own tables, whatever the code says. */
export function espeakLanguage(code: string): string {
  for (const [prefix, espeak] of espeakLanguages)
    if (code === prefix || code.toLowerCase().startsWith(`${prefix.toLowerCase()}-`)) return espeak
  const base = code.split('-')[0]?.toLowerCase() ?? ''
  return plainLanguages.has(base) ? base : fallbackLanguage
}
