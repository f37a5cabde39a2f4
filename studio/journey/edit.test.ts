import { describe, expect, it } from 'vitest';
import { edited, freshActivity, insert, kinds, noEdits, rawJourney, redone, remove, undone, waysOut } from './edit.ts';

const words = { paths: ['A', 'B'], end: 'Done', message: 'mail', journey: 'other' };
const journey = rawJourney({
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT4H', next: 'may' },
    may: {
      kind: 'condition',
      paths: [{ label: 'Yes', when: 'profile.reachable', next: 'mail' }],
      otherwise: 'no',
    },
    mail: { kind: 'message', message: 'm', next: 'done', onExcluded: 'no' },
    done: { kind: 'end', label: 'Done' },
    no: { kind: 'end', label: 'No' },
  },
});

describe('a journey that is edited', () => {
  it('takes an activity of any kind into a line, and goes on where the line went', () => {
    for (const kind of kinds) {
      if (kind === 'end') continue;
      const {
        journey: next,
        id,
        taken,
      } = insert(journey, { from: 'may', at: ['paths', 0, 'next'] }, freshActivity(kind, 'mail', words));
      expect(taken, kind).toEqual([]);
      expect(waysOut(next.activities['may']!).map(({ to }) => to)).toEqual([id, 'no']);
      expect(new Set(waysOut(next.activities[id]!).map(({ to }) => to))).toEqual(new Set(['mail']));
    }
    const first = insert(journey, { from: null, at: [] }, freshActivity('wait', 'wait', words));
    expect(first.journey.start).toBe('wait-2');
    expect(Object.keys(first.journey.activities)[0]).toBe('wait-2');
  });

  it('ends a way at a new end, and takes out what nothing leads to any more', () => {
    const { journey: next, taken } = insert(
      journey,
      { from: 'may', at: ['paths', 0, 'next'] },
      freshActivity('end', 'mail', words),
    );
    expect(taken).toEqual(['mail', 'done']);
    expect(Object.keys(next.activities)).toEqual(['wait', 'may', 'end', 'no']);
  });

  it('leads by where an activity stood, and refuses to take out the only end', () => {
    const gone = remove(journey, 'may')!;
    expect(gone.taken).toEqual(['may']);
    expect(gone.journey.activities['wait']!['next']).toBe('mail');
    expect(remove(journey, 'wait')!.journey.start).toBe('may');
    expect(remove(journey, 'no')!.journey.activities['mail']!['onExcluded']).toBe('done');
    const one = rawJourney({
      start: 'e',
      activities: { w: { kind: 'wait', next: 'e' }, e: { kind: 'end', label: '' } },
    });
    expect(remove(one, 'e')).toBeNull();
  });

  it('goes back and forth, and more typing in one field is one step', () => {
    const typed = (name: string) => rawJourney({ ...journey, name });
    let edits = noEdits(journey);
    for (const text of ['A', 'Ab', 'Abc']) edits = edited(edits, typed(text), 'name');
    edits = edited(edits, remove(edits.now, 'may')!.journey);
    expect(edits.past).toHaveLength(2);
    edits = undone(edits);
    expect(edits.now['name']).toBe('Abc');
    expect(undone(edits).now).toEqual(journey);
    expect(redone(edits).now.activities['may']).toBeUndefined();
  });
});
