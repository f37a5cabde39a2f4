import { describe, expect, it } from 'vitest';
import { speak } from '../words/words.ts';
import { differenceRows } from './difference.ts';

const say = speak('en');
const live = {
  name: 'Cart',
  holdout: 0.1,
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT4H', next: 'mail' },
    mail: { kind: 'message', message: 'cart', next: 'done' },
    done: { kind: 'end', label: 'Reminded' },
  },
};
const definition = {
  ...live,
  holdout: 0.2,
  activities: {
    wait: { kind: 'wait', for: 'P1DT12H', next: 'ask' },
    ask: { kind: 'action', label: 'Ask the shop', url: '/v1/recommendations', next: 'mail' },
    mail: live.activities.mail,
  },
};

describe('what a version changes', () => {
  it('is told in the words of the forms: times, shares, and where a way leads', () => {
    const differences = [
      { where: 'holdout', before: 0.1, after: 0.2 },
      { where: 'activities.wait.for', before: 'PT4H', after: 'P1DT12H' },
      { where: 'activities.wait.next', before: 'mail', after: 'ask' },
    ];
    expect(differenceRows({ live, definition, differences }, say)).toEqual([
      { where: 'holdout', name: 'Held out', before: '10 %', after: '20 %' },
      { where: 'activities.wait.for', name: 'Wait: For', before: '4 hours', after: '1 day and 12 hours' },
      { where: 'activities.wait.next', name: 'Wait: Then', before: 'Message', after: 'Ask the shop' },
    ]);
  });

  it('names activities that came or went by what they are', () => {
    const differences = [
      { where: 'activities.done', before: live.activities.done },
      { where: 'activities.ask', after: definition.activities.ask },
    ];
    expect(differenceRows({ live, definition, differences }, say)).toEqual([
      { where: 'activities.done', name: 'End', before: 'End: Reminded', after: null },
      { where: 'activities.ask', name: 'Ask the shop', before: null, after: 'Action: Ask the shop' },
    ]);
  });

  it('tells quiet hours in a line, and that there were none', () => {
    const differences = [{ where: 'quietHours', before: null, after: { from: '20:00', to: '09:00' } }];
    expect(differenceRows({ live, definition, differences }, say)).toEqual([
      { where: 'quietHours', name: 'Quiet hours', before: 'none', after: 'From: 20:00, To: 09:00' },
    ]);
  });

  it('shows what has no words as it stands in the document, with its place in a list', () => {
    const differences = [{ where: 'activities.wait.strange[1]', before: [{ a: 1 }], after: 'plain' }];
    expect(differenceRows({ live, definition, differences }, say)).toEqual([
      {
        where: 'activities.wait.strange[1]',
        name: 'Wait: strange 2',
        before: '[\n {\n  "a": 1\n }\n]',
        after: 'plain',
      },
    ]);
  });
});
