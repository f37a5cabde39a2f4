import { describe, expect, it } from 'vitest';
import { doneSteps, nextStep } from './path.ts';

const nothing = { people: 0, eventsToday: 0, items: 0, reachable: 0 };

describe('the path of a new shop', () => {
  it('begins with the first event, and sees it as soon as somebody is known', () => {
    const before = doneSteps({ overview: nothing, journeys: [] });
    expect([...before, nextStep(before)]).toEqual(['event']);
    const after = doneSteps({ overview: { ...nothing, people: 1, eventsToday: 1 }, journeys: [] });
    expect([...after]).toEqual(['event']);
    expect(nextStep(after)).toBe('items');
  });

  it('takes steps in any order, and is over with the first mail', () => {
    const overview = { people: 5, eventsToday: 0, items: 200, reachable: 0 };
    const some = doneSteps({ overview, journeys: [{ status: 'live', sent: 0 }] });
    expect([...some]).toEqual(['event', 'items', 'journey']);
    expect(nextStep(some)).toBe('reachable');
    const all = doneSteps({ overview: { ...overview, reachable: 1 }, journeys: [{ status: 'live', sent: 1 }] });
    expect(nextStep(all)).toBeNull();
  });
});
