import { describe, expect, it } from 'vitest';
import { speak } from '../words/words.ts';
import { advanceWords } from './word.ts';

const say = speak('en');
const write = { time: () => 'Tue 24 Nov 11:00', until: () => '08:00' };
const report = { now: '2026-11-24T10:00:00Z', steps: 4, sent: 3, heldOut: 0, running: [] as string[] };

describe('the word after moving the clock', () => {
  it('says what was sent and what is held, until when and why', () => {
    const held = [{ reason: 'quiet_hours', count: 1, until: '2026-11-25T07:00:00Z' }];
    expect(advanceWords(report, held, say, write)).toBe(
      'It is now Tue 24 Nov 11:00. 3 mails sent, 1 held until 08:00 (quiet hours).',
    );
  });

  it('says that nothing was due, and names what still runs', () => {
    const words = advanceWords({ ...report, sent: 0, heldOut: 1, running: ['journey: 2 runs'] }, [], say, write);
    expect(words).toBe(
      'It is now Tue 24 Nov 11:00. No mail was due, 1 held out for the control group. Still running: journey: 2 runs.',
    );
  });
});
