// SSML: what is sound becomes markup of our own or plain words, what is not is refused, and nothing else gets through.
import t from 'tap'
import { espeakText } from '../../../daemon/voice/espeak-markup.ts'
import { plainText, pollyMarkup } from '../../../daemon/voice/markup-for-engines.ts'
import { cutIntoPieces } from '../../../daemon/voice/speech-pieces.ts'
import { readSsml, SsmlError } from '../../../daemon/voice/ssml.ts'

const joanna = { name: 'en-us+f3', pitch: 50, wordsPerMinute: 160 }

/** As espeak-ng is given it, in one piece. */
function forEspeak(ssml: string) {
  const [piece] = cutIntoPieces(readSsml(ssml), { atPauses: false, atSentences: false })
  const { events, leadingPauseMs, trailingPauseMs } = piece!
  return { text: espeakText(events, joanna).text, leadingPauseMs, trailingPauseMs }
}

const cases: [what: string, ssml: string, text: string, leadingMs?: number, trailingMs?: number][] = [
  ['plain', '<speak>Hello</speak>', 'Hello'],
  ['no root, as some exports have it', 'Hello', 'Hello'],
  ['a declaration and a comment', '<?xml version="1.0"?><speak><!-- <b> -->Hello</speak>', 'Hello'],
  ['attributes of the root are dropped', '<speak version="1.0" xml:lang="en-US">a</speak>', 'a'],
  ['a pause between words', '<speak>a<break time="500ms"/>b</speak>', '<speak>a<break time="500ms"/>b</speak>'],
  ['seconds', '<speak>a<break time="1.5s"/>b</speak>', '<speak>a<break time="1500ms"/>b</speak>'],
  ['a strength', '<speak>a<break strength="strong"/>b</speak>', '<speak>a<break time="500ms"/>b</speak>'],
  ['pauses at the ends are told apart', '<speak><break time="1s"/>a<break time="2s"/></speak>', 'a', 1000, 2000],
  ['a pause is at most ten seconds', '<speak>a<break time="99s"/></speak>', 'a', 0, 10_000],
  ['only a pause', '<speak><break time="3s"/></speak>', '', 3000, 0],
  ['paragraphs and sentences', '<speak><p><s>a</s></p></speak>', '<speak><p><s>a</s></p></speak>'],
  [
    'prosody',
    '<speak><prosody rate="slow" pitch="+10%">a</prosody></speak>',
    '<speak><prosody rate="slow" pitch="+10%">a</prosody></speak>',
  ],
  [
    'prosody that is none is dropped',
    '<speak><prosody rate="very">a</prosody></speak>',
    '<speak><prosody>a</prosody></speak>',
  ],
  [
    'emphasis',
    '<speak><emphasis level="strong">a</emphasis></speak>',
    '<speak><emphasis level="strong">a</emphasis></speak>',
  ],
  ['digits', '<speak><say-as interpret-as="digits">12</say-as></speak>', '1  2'],
  ['a telephone number', "<speak><say-as interpret-as='telephone'>(0)1-2</say-as></speak>", '0   1   2'],
  ['letters', '<speak><say-as interpret-as="spell-out">ab1</say-as></speak>', 'A, B, 1'],
  ['a date is left to the voice', '<speak><say-as interpret-as="date">2026</say-as></speak>', '2026'],
  ['an alias', '<speak><sub alias="Saint">St</sub> Ives</speak>', 'Saint Ives'],
  [
    'whispers',
    '<speak><amazon:effect name="whispered">a</amazon:effect></speak>',
    '<speak><voice name="en-us+whisperf">a</voice></speak>',
  ],
  [
    'an effect there is none of',
    '<speak><amazon:effect phonation="soft">a</amazon:effect></speak>',
    '<speak>a</speak>',
  ],
  [
    'another language',
    '<speak><lang xml:lang="fr-FR">a</lang></speak>',
    '<speak><voice xml:lang="fr-fr">a</voice></speak>',
  ],
  [
    'a language of the caller’s own making',
    '<speak><lang xml:lang="../../x&quot;/&gt;">a</lang></speak>',
    '<speak><voice xml:lang="en-us">a</voice></speak>',
  ],
  ['ordinals', '<speak><say-as interpret-as="ordinal">1, 12, 23</say-as></speak>', '1st, 12th, 23rd'],
  ['what is not said', '<speak>a<say-as interpret-as="expletive">b</say-as></speak>', 'a'],
  [
    'words with a role, sounds, and marks',
    '<speak><w role="amazon:VB">a</w><phoneme ph="b">b</phoneme><mark name="x"/></speak>',
    'ab',
  ],
  [
    'elements nobody knows',
    '<speak><audio src="/etc/passwd"/><bark>a</bark><amazon:domain name="news">b</amazon:domain></speak>',
    'ab',
  ],
  ['attributes nobody knows', '<speak><p class="x">a</p></speak>', '<speak><p>a</p></speak>'],
  ['character references', '<speak>a &amp; b &lt;c&gt; &#228; &#x1F600;</speak>', 'a & b <c> ä 😀'],
  [
    'an alias can not become markup',
    '<speak><sub alias="&lt;audio src=&apos;/etc/passwd&apos;/&gt;">x</sub></speak>',
    "<audio src='/etc/passwd'/>",
  ],
]
for (const [what, ssml, text, leadingPauseMs = 0, trailingPauseMs = 0] of cases)
  t.test(what, async (t) => {
    t.same(forEspeak(ssml), { text, leadingPauseMs, trailingPauseMs })
  })

const refused: [what: string, ssml: string, message: RegExp][] = [
  ['not closed', '<speak>a', /<speak> is not closed/],
  ['closed in the wrong order', '<speak><p><s>a</p></s></speak>', /<\/p> closes nothing/],
  ['closed twice', '<speak>a</speak></speak>', /closes nothing/],
  ['two roots', '<speak>a</speak><speak>b</speak>', /more behind/],
  ['text outside', '<speak>a</speak>b', /outside/],
  ['a root inside', '<speak><speak>a</speak></speak>', /wrong place/],
  ['a tag that is none', '<speak><p class=a>x</p></speak>', /is no tag/],
  ['an open tag', '<speak>a <p', /tag is not closed/],
  ['a document type', '<!DOCTYPE x><speak>a</speak>', /is no tag/],
  ['a bare ampersand', '<speak>AT&T</speak>', /no character/],
  ['an entity that is none', '<speak>&file;</speak>', /no character/],
  ['a character that is none', '<speak>&#x110000;</speak>', /no character/],
  ['an attribute twice', '<speak><break time="1s" time="2s"/></speak>', /stands twice/],
  ['a time that is none', '<speak>a<break time="soon"/></speak>', /time of a break/],
  ['nested without end', `<speak>${'<p>'.repeat(40)}${'</p>'.repeat(40)}</speak>`, /too deep/],
]
for (const [what, ssml, message] of refused)
  t.test(`refused: ${what}`, async (t) => {
    t.throws(() => readSsml(ssml), { constructor: SsmlError, message })
  })

t.test('control characters and phoneme brackets reach the program as plain text', async (t) => {
  t.equal(espeakText([{ type: 'text', text: 'a\u0000b\n[[c]]' }], joanna).text, 'a b [ [c] ]')
  t.equal(forEspeak('<speak>&#91;&#91;a &#1;</speak>').text, '[ [a')
})

t.test('within markup, text stays text', async (t) => {
  const { text } = forEspeak('<speak><p>&lt;audio src=&quot;x&quot;/&gt; &amp;amp;</p></speak>')
  t.equal(text, '<speak><p>&lt;audio src=&quot;x&quot;/&gt; &amp;amp;</p></speak>')
})

t.test('nothing is nothing to say', async (t) => {
  t.same(forEspeak(''), { text: '', leadingPauseMs: 0, trailingPauseMs: 0 })
})

t.test('a plain text is no markup', async (t) => {
  t.same(espeakText([{ type: 'text', text: ' <b>1 & 2</b> ' }], joanna), { text: '<b>1 & 2</b>', markup: false })
})

t.test('for an engine of Polly’s kind: what it knows stays, what it would refuse is gone', async (t) => {
  const ssml =
    '<speak><bark><amazon:effect name="whispered">A &amp; b</amazon:effect></bark><break strength="strong"/>' +
    '<say-as interpret-as="date" format="dmy">1.2.2026</say-as><phoneme alphabet="ipa" ph="x&quot;">c</phoneme></speak>'
  t.equal(
    pollyMarkup(readSsml(ssml)),
    '<speak><amazon:effect name="whispered">A &amp; b</amazon:effect><break time="500ms"/>' +
      '<say-as interpret-as="date" format="dmy">1.2.2026</say-as>' +
      '<phoneme alphabet="ipa" ph="x&quot;">c</phoneme></speak>',
  )
})

t.test('for an engine without markup: the words alone', async (t) => {
  const ssml = '<speak><p>A <sub alias="Saint">St</sub></p><p>b<prosody rate="slow">c</prosody>\n d</p></speak>'
  t.equal(plainText(readSsml(ssml)), 'A Saint bc d')
})
