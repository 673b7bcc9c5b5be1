// SSML: what is sound becomes markup of our own, what is not is refused, and nothing else gets through.
import t from 'tap'
import { speechText } from '../../../daemon/voice/speech-text.ts'
import { readSsml, SsmlError } from '../../../daemon/voice/ssml.ts'

const cases: [what: string, ssml: string, markup: string, leadingMs?: number, trailingMs?: number][] = [
  ['plain', '<speak>Hello</speak>', '<speak>Hello</speak>'],
  ['no root, as some exports have it', 'Hello', '<speak>Hello</speak>'],
  ['a declaration and a comment', '<?xml version="1.0"?><speak><!-- <b> -->Hello</speak>', '<speak>Hello</speak>'],
  ['attributes of the root are dropped', '<speak version="1.0" xml:lang="en-US">a</speak>', '<speak>a</speak>'],
  ['a pause between words', '<speak>a<break time="500ms"/>b</speak>', '<speak>a<break time="500ms"/>b</speak>'],
  ['seconds', '<speak>a<break time="1.5s"/>b</speak>', '<speak>a<break time="1500ms"/>b</speak>'],
  ['a strength', '<speak>a<break strength="strong"/>b</speak>', '<speak>a<break time="500ms"/>b</speak>'],
  [
    'pauses at the ends are told apart',
    '<speak><break time="1s"/>a<break time="2s"/></speak>',
    '<speak>a</speak>',
    1000,
    2000,
  ],
  ['a pause is at most ten seconds', '<speak>a<break time="99s"/></speak>', '<speak>a</speak>', 0, 10_000],
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
  ['digits', '<speak><say-as interpret-as="digits">12</say-as></speak>', '<speak> 1  2 </speak>'],
  [
    'a telephone number',
    "<speak><say-as interpret-as='telephone'>(0)1-2</say-as></speak>",
    '<speak>  0   1   2 </speak>',
  ],
  ['letters', '<speak><say-as interpret-as="spell-out">ab1</say-as></speak>', '<speak>A, B, 1</speak>'],
  ['a date is left to the voice', '<speak><say-as interpret-as="date">2026</say-as></speak>', '<speak>2026</speak>'],
  ['an alias', '<speak><sub alias="Saint">St</sub> Ives</speak>', '<speak>Saint Ives</speak>'],
  [
    "Polly's own elements",
    '<speak><amazon:effect name="whispered">a</amazon:effect><lang xml:lang="fr-FR">b</lang></speak>',
    '<speak>ab</speak>',
  ],
  [
    'character references',
    '<speak>a &amp; b &lt;c&gt; &#228; &#x1F600;</speak>',
    '<speak>a &amp; b &lt;c&gt; ä 😀</speak>',
  ],
  [
    'an alias can not become markup',
    '<speak><sub alias="&lt;audio src=&apos;/etc/passwd&apos;/&gt;">x</sub></speak>',
    "<speak>&lt;audio src='/etc/passwd'/&gt;</speak>",
  ],
]
for (const [what, ssml, markup, leadingPauseMs = 0, trailingPauseMs = 0] of cases)
  t.test(what, async (t) => {
    t.same(readSsml(ssml), { markup, leadingPauseMs, trailingPauseMs })
  })

const refused: [what: string, ssml: string, message: RegExp][] = [
  ['not closed', '<speak>a', /<speak> is not closed/],
  ['closed in the wrong order', '<speak><p><s>a</p></s></speak>', /<\/p> closes nothing/],
  ['closed twice', '<speak>a</speak></speak>', /closes nothing/],
  ['two roots', '<speak>a</speak><speak>b</speak>', /more behind/],
  ['text outside', '<speak>a</speak>b', /outside/],
  ['a root inside', '<speak><speak>a</speak></speak>', /wrong place/],
  ['a file', '<speak><audio src="/etc/passwd"/></speak>', /<audio> is no element/],
  ['an element that is none', '<speak><bark/></speak>', /<bark> is no element/],
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
  t.equal(speechText('a\u0000b\n[[c]]', false).text, 'a b [ [c] ]')
  t.equal(speechText('<speak>&#91;&#91;a &#1;</speak>', true).text, '<speak>[ [a  </speak>')
})

t.test('nothing is nothing to say', async (t) => {
  t.same(readSsml(''), { markup: '', leadingPauseMs: 0, trailingPauseMs: 0 })
})

t.test('a plain text is no markup', async (t) => {
  t.same(speechText(' <b>1 & 2</b> ', false), {
    text: '<b>1 & 2</b>',
    markup: false,
    leadingPauseMs: 0,
    trailingPauseMs: 0,
  })
})
