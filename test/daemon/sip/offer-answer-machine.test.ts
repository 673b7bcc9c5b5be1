// Whose turn it is to make an offer, as a table.
import t from 'tap'
import {
  glareRestMs,
  nextOfferAnswer,
  type OfferAnswerInput,
  type OfferAnswerState,
  offerAnswerStart,
  verdictOn,
} from '../../../daemon/sip/offer-answer-machine.ts'

const state = (text: string): OfferAnswerState => {
  const [ours, owed] = text.split(' ') as [OfferAnswerState['ours'], OfferAnswerState['owed']]
  return { ours, owed }
}

t.test('each input in each state that knows it', async (t) => {
  for (const [before, input, after, ask] of [
    ['none nothing', 'wanted', 'asked nothing', true],
    ['none ack', 'wanted', 'wanted ack', false],
    ['none answer', 'wanted', 'wanted answer', false],
    ['wanted ack', 'acknowledged', 'asked nothing', true],
    ['none ack', 'acknowledged', 'none nothing', false],
    ['asked nothing', 'settled', 'none nothing', false],
    ['asked nothing', 'askedToWait', 'resting nothing', false],
    ['resting nothing', 'inviteAccepted', 'resting ack', false],
    ['resting nothing', 'inviteAcceptedWithOffer', 'resting answer', false],
    ['resting ack', 'rested', 'wanted ack', false],
    ['resting nothing', 'rested', 'asked nothing', true],
    ['asked nothing', 'wanted', 'asked nothing', false],
    ['resting nothing', 'settled', 'resting nothing', false],
    ['none nothing', 'rested', 'none nothing', false],
  ] as const satisfies readonly [string, OfferAnswerInput, string, boolean][])
    t.same(nextOfferAnswer(state(before), input), { next: state(after), ask }, `${before}, ${input}`)
})

t.test('what their request gets', async (t) => {
  for (const [before, request, offering, verdict] of [
    ['none nothing', 'invite', false, 'take'],
    ['asked nothing', 'invite', true, 'requestPending'],
    ['asked nothing', 'updateWithOffer', true, 'requestPending'],
    ['asked nothing', 'update', true, 'take'],
    ['resting nothing', 'invite', false, 'take'],
    ['none ack', 'invite', false, 'later'],
    ['none answer', 'invite', true, 'later'],
    ['none ack', 'updateWithOffer', false, 'take'],
    ['none answer', 'updateWithOffer', true, 'requestPending'],
    ['asked nothing', 'updateWithOffer', false, 'take'],
  ] as const)
    t.equal(verdictOn(state(before), request, offering), verdict, `${before}, ${request}, offering ${offering}`)
})

t.test('the rest after glare, by who made up the Call-ID', async (t) => {
  t.same(
    [0, 0.5, 0.999999].map((random) => glareRestMs(true, random)),
    [2100, 3050, 3990],
  )
  t.same(
    [0, 0.5, 0.999999].map((random) => glareRestMs(false, random)),
    [0, 1000, 1990],
  )
  t.same(offerAnswerStart, state('none nothing'))
})
