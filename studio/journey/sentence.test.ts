import { describe, expect, it } from 'vitest';
import { loadLanguage, speak } from '../words/words.ts';
import { readDocument } from './document.ts';
import { durationWords, sentenceOf, titleOf, wayWords } from './sentence.ts';

const say = speak('en');

const cart = readDocument({
  key: 'abandoned-cart',
  name: 'Abandoned cart',
  entry: {
    kind: 'event',
    event: 'cart.changed',
    when: 'count(event.lines) > 0',
    key: 'event.cartId',
    onRepeat: 'restart',
  },
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT4H', next: 'ask' },
    ask: {
      kind: 'action',
      name: 'recommend',
      method: 'POST',
      url: '/v1/recommendations',
      body: { criterion: 'cart-based' },
      next: 'full',
    },
    full: {
      kind: 'condition',
      label: 'Anything to show?',
      paths: [{ label: 'Has items', when: 'true', next: 'mail' }],
      otherwise: 'nothing',
    },
    mail: { kind: 'message', message: 'abandoned-cart', next: 'later' },
    later: { kind: 'wait', for: 'P1DT12H', next: 'call' },
    call: { kind: 'action', name: 'stamp', method: 'PUT', url: 'https://crm.example/x', next: 'nothing' },
    nothing: { kind: 'end', label: 'Nothing to show' },
    odd: { kind: 'teleport', next: 'nothing' },
  },
});

describe('the sentence of a card', () => {
  it('says what starts the journey and that a condition must hold', () => {
    expect(sentenceOf(cart, 'entry', say)).toBe('Starts when a cart has changed and a condition holds');
  });

  it('says after what the first wait counts, and nothing of it for later waits', () => {
    expect(sentenceOf(cart, 'wait', say)).toBe('Wait 4 hours after the last cart change');
    expect(sentenceOf(cart, 'later', say)).toBe('Wait 1 day and 12 hours');
  });

  it('names the criterion of a recommendation call and the host of any other call', () => {
    expect(sentenceOf(cart, 'ask', say)).toBe('Asks what to recommend: “What goes with the cart”');
    expect(sentenceOf(cart, 'call', say)).toBe('Calls crm.example and keeps the answer as “stamp”');
  });

  it('asks the question of a decision and takes its name from the author', () => {
    expect(sentenceOf(cart, 'full', say)).toBe('Asks: Has items?');
    expect(titleOf(cart, 'full', say)).toBe('Anything to show?');
    expect(titleOf(cart, 'nothing', say)).toBe('End');
    expect(sentenceOf(cart, 'nothing', say)).toBe('Nothing to show');
  });

  it('reads an audience as a daily time', () => {
    const bulk = readDocument({
      entry: { kind: 'audience', audience: 'true', at: '10:00' },
      start: '',
      activities: {},
    });
    expect(sentenceOf(bulk, 'entry', say)).toBe('Every day at 10:00, everyone in the audience enters');
  });

  it('keeps an unknown activity and an unknown event visible', () => {
    expect(sentenceOf(cart, 'odd', say)).toContain('teleport');
    const odd = readDocument({ entry: { kind: 'event', event: 'moon.rises' }, start: '', activities: {} });
    expect(sentenceOf(odd, 'entry', say)).toBe('Starts when the event “moon.rises” arrives');
  });

  it('speaks the other languages by the same road', async () => {
    await Promise.all([loadLanguage('sv'), loadLanguage('de')]);
    expect(sentenceOf(cart, 'wait', speak('sv'))).toBe('Vänta 4 timmar efter senaste ändringen i varukorgen');
    expect(sentenceOf(cart, 'wait', speak('de'))).toBe('Nach der letzten Warenkorbänderung 4 Stunden warten');
  });
});

describe('durations in words', () => {
  it.each([
    ['PT4H', '4 hours'],
    ['P1D', '1 day'],
    ['PT30M', '30 minutes'],
    ['P2W', '2 weeks'],
    ['P1DT2H30M', '1 day, 2 hours and 30 minutes'],
    ['PT0.5S', 'PT0.5S'],
    ['soon', 'soon'],
  ])('%s is %s', (iso, words) => {
    expect(durationWords(iso, say)).toBe(words);
  });
});

describe('the words on a line', () => {
  it('carries the condition, otherwise, and what happens when a call fails or a mail may not be sent', () => {
    expect(wayWords({ kind: 'path', label: 'Has items' }, say)).toBe('Has items');
    expect(wayWords({ kind: 'otherwise' }, say)).toBe('otherwise');
    expect(wayWords({ kind: 'error' }, say)).toBe('if the call fails');
    expect(wayWords({ kind: 'excluded' }, say)).toBe('if it may not be sent');
    expect(wayWords(null, say)).toBe('');
  });
});
