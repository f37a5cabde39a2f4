import { describe, expect, it } from 'vitest';
import type { LedgerStory } from '../../src/api/contract-ledger.ts';
import { speak } from '../words/words.ts';
import { storyLines } from './story.ts';

const say = speak('en');
const base: LedgerStory = {
  id: '0193',
  key: 'run/mail/1/email',
  journey: 'abandoned-cart',
  activity: 'mail',
  class: 'marketing',
  state: 'accepted',
  reason: null,
  profileId: 'p',
  plannedAt: '2026-11-24T09:00:00Z',
  changedAt: '2026-11-24T09:00:03Z',
  attempts: 1,
  test: false,
  template: 'abandoned-cart',
  subject: 'Your coats',
  recipient: 'ada@exempel.se',
  arm: 'treated',
  due: '2026-11-24T09:00:00Z',
  deadline: '2026-11-25T09:00:00Z',
  acceptedAt: '2026-11-24T09:00:03Z',
  resent: false,
  crashes: 0,
  wire: [],
  heard: [],
};
const attempt: LedgerStory['wire'][number] = {
  no: 1,
  startedAt: '2026-11-24T09:00:01Z',
  endedAt: '2026-11-24T09:00:02Z',
  mailId: '<1@shop>',
  transport: 'smtp',
  result: { kind: 'accepted', says: '250 2.0.0 Ok' },
  late: null,
};
const told = (story: Partial<LedgerStory>) => storyLines({ ...base, ...story }, say).map(({ what }) => what);

describe('the history of a mail', () => {
  it('goes from the plan over the attempt and its answer to what was heard', () => {
    const heard = [{ kind: 'delivered', at: '2026-11-24T09:01:00Z', class: null, status: null, says: null }];
    expect(told({ wire: [attempt], heard })).toEqual([
      'Planned at “mail”',
      'Attempt 1 begins, by smtp',
      'The host took it',
      'Reported as delivered',
    ]);
  });

  it('says of one in doubt what will be decided: marketing is given up, a receipt is sent once more', () => {
    const lost = { kind: 'lost' as const, says: 'reset', bodyEnded: true };
    const wire = [{ ...attempt, result: lost }];
    expect(told({ state: 'in_doubt', wire }).slice(2)).toEqual([
      'The line broke after the mail was handed over: the host may have it',
      'In doubt',
      'If nothing is heard of it within the recovery time, it is given up and never sent again',
    ]);
    expect(told({ state: 'in_doubt', class: 'transactional', wire }).at(-1)).toMatch(/sent once more/);
  });

  it('tells an answer that came too late, and that it was sent once more', () => {
    const wire = [{ ...attempt, result: null, late: { kind: 'accepted' as const, says: '250' } }];
    expect(told({ wire, resent: true })).toContain('An answer came after the attempt was given up');
    expect(told({ wire, resent: true })).toContain('Decided: sent once more, with the same Message-ID');
  });

  it('names until when a held one waits, and why', () => {
    const lines = storyLines({ ...base, state: 'held', reason: 'quiet_hours', acceptedAt: null }, say);
    expect(lines.map(({ what, says }) => [what, says])).toEqual([
      ['Planned at “mail”', null],
      ['Held', 'quiet hours'],
      ['Its deadline: after it, it is not sent any more', null],
    ]);
  });
});
