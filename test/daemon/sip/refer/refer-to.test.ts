// What a REFER asks for, read from its headers; and what its sender is told, in which order.
import t from 'tap'
import { freshNews, type NewsInput, nextNews, type Progress } from '../../../../daemon/sip/refer/refer-news.ts'
import { parseReferTo, parseReplaces } from '../../../../daemon/sip/refer/refer-to.ts'
import { refusalOf } from '../../../../daemon/sip/refer/take-over.ts'

const replaces = { callId: 'a@b', toTag: 't1', fromTag: 'f1', earlyOnly: false }

for (const [written, read] of [
  ['<sip:+441632960007@box>', { target: '+441632960007' }],
  ['sip:+441632960007@box', { target: '+441632960007' }],
  ['"Bob" <sip:bob@box;user=phone>;x=y', { target: 'bob' }],
  ['<sips:bob@box;method=INVITE>', { target: 'bob' }],
  ['<sip:Front%20Desk@box>', { target: 'Front Desk' }],
  ['<tel:+44-1632-960007;phone-context=x>', { target: '+441632960007' }],
  ['<sip:bob@box?Replaces=a%40b%3Bto-tag%3Dt1%3Bfrom-tag%3Df1&Require=replaces>', { target: 'bob', replaces }],
  ['sip:bob@box?replaces=a%40b%3Bfrom-tag%3Df1%3Bto-tag%3Dt1', { target: 'bob', replaces }],
  ['<sip:bob@box?Subject=Hello>', { target: 'bob' }],
  ['<sip:bob@box;method=SUBSCRIBE>', undefined],
  ['<sip:box>', undefined],
  ['<http://example.com>', undefined],
  ['<sip:a%00b@box>', undefined],
  ['<sip:bob@box?Replaces=nonsense>', undefined],
  ['<sip:bob@box?Replaces=%E0%A4%A>', undefined],
  [`<sip:${'1'.repeat(65)}@box>`, undefined],
  ['', undefined],
] as const)
  t.test(`Refer-To: ${written.slice(0, 60)}`, async (t) => {
    t.same(parseReferTo(written), read)
  })

for (const [written, read] of [
  ['a@b;to-tag=t1;from-tag=f1', replaces],
  ['a@b ; from-tag=f1 ; to-tag=t1 ; early-only', { ...replaces, earlyOnly: true }],
  ['a@b;to-tag=t1', undefined],
  ['a@b;to-tag=t1;from-tag=f1;to-tag=t2', undefined],
  [';to-tag=t1;from-tag=f1', undefined],
] as const)
  t.test(`Replaces: ${written}`, async (t) => {
    t.same(parseReplaces(written), read)
  })

for (const [dialog, earlyOnly, status] of [
  [undefined, false, 481],
  ['over', false, 603],
  ['confirmed', true, 486],
  ['confirmed', false, undefined],
  ['early', true, undefined],
  ['early', false, undefined],
] as const)
  t.test(`INVITE that replaces a dialog that is ${dialog}, early-only ${earlyOnly}: ${status}`, async (t) => {
    t.equal(refusalOf(dialog, { earlyOnly }), status)
  })

const told = (progress: Progress): NewsInput => ({ type: 'told', progress })
const answered: NewsInput = { type: 'answered', gone: false }

for (const [name, inputs, notified, isOver] of [
  [
    'each is told when the one before was heard',
    [told('trying'), answered, told('done'), answered],
    ['trying', 'done'],
    true,
  ],
  ['the last word waits for its turn', [told('trying'), told('done'), answered, answered], ['trying', 'done'], true],
  [
    'what is overtaken is told no more',
    [told('trying'), told('ringing'), told('failed'), answered],
    ['trying', 'failed'],
    false,
  ],
  [
    'repeated and late news is dropped',
    [told('trying'), answered, told('trying'), told('done'), answered, told('failed')],
    ['trying', 'done'],
    true,
  ],
  ['ringing after the last word is none', [told('done'), told('ringing'), answered], ['done'], true],
  [
    'who is gone is told nothing more',
    [told('trying'), told('done'), { type: 'answered', gone: true }, told('failed')],
    ['trying'],
    true,
  ],
  ['nor after the call', [told('trying'), { type: 'stopped' }, answered, told('done')], ['trying'], true],
  ['an answer to nothing changes nothing', [answered, told('trying')], ['trying'], false],
] satisfies [string, NewsInput[], Progress[], boolean][])
  t.test(name, async (t) => {
    let state = freshNews
    const sent: Progress[] = []
    for (const input of inputs) {
      const step = nextNews(state, input)
      state = step.state
      if (step.notify) sent.push(step.notify)
    }
    t.same(sent, notified)
    t.equal(state.isOver, isOver)
  })
