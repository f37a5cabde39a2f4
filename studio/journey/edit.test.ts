import { describe, expect, it } from 'vitest';
import {
  connect,
  edited,
  freshActivity,
  insert,
  kinds,
  mainWay,
  move,
  noEdits,
  pasted,
  rawJourney,
  redone,
  remove,
  undone,
  waysOut,
} from './edit.ts';

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

  it('moves an activity with its branches into another line, and what led to it goes on', () => {
    const next = move(journey, 'may', { from: null, at: [] })!;
    expect(next.start).toBe('may');
    expect(waysOut(next.activities['may']!).map(({ to }) => to)).toEqual(['wait', 'no']);
    expect(next.activities['wait']!['next']).toBe('mail');
    expect(Object.keys(next.activities)).toHaveLength(5);
    const down = move(journey, 'wait', { from: 'mail', at: ['next'] })!;
    expect([down.start, down.activities['mail']!['next'], down.activities['wait']!['next']]).toEqual([
      'may',
      'wait',
      'done',
    ]);
    expect(move(journey, 'wait', { from: null, at: [] })).toBeNull();
    expect(move(journey, 'may', { from: 'may', at: ['otherwise'] })).toBeNull();
    expect(move(journey, 'done', { from: 'wait', at: ['next'] })).toBeNull();
  });

  it('leads a line elsewhere, and lets go what nothing leads to any more', () => {
    const { journey: next, taken } = connect(journey, { from: 'may', at: ['paths', 0, 'next'] }, 'no')!;
    expect(taken).toEqual(['mail', 'done']);
    expect(waysOut(next.activities['may']!).map(({ to }) => to)).toEqual(['no', 'no']);
    expect(connect(journey, mainWay(journey, 'mail')!, 'mail')).toBeNull();
    expect(connect(journey, mainWay(journey, 'mail')!, 'done')).toBeNull();
    expect(mainWay(journey, 'done')).toBeNull();
  });

  it('pastes what was copied elsewhere without leading to places that are not here', () => {
    const action = {
      kind: 'action',
      name: 'R',
      next: 'a',
      onError: 'b',
      enough: { least: 2, backup: 'c', onFew: 'd' },
    };
    expect(pasted(action, 'done')).toEqual({
      ...action,
      next: 'done',
      onError: 'done',
      enough: { least: 2, onFew: 'done' },
    });
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
