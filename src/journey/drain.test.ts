import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { JourneyDefinition } from './definition.ts';

let office: Office;
beforeEach(async () => {
  office = await Office.open();
});

const minute = 60_000;
const plan: JourneyDefinition = {
  key: 'cart',
  name: 'Cart',
  entry: { kind: 'event', event: 'cart.changed' },
  lateness: 'PT2H',
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT1H', next: 'mail' },
    mail: { kind: 'message', message: 'reminder', next: 'done' },
    done: { kind: 'end', label: 'Done' },
  },
};

describe('after hours in which nothing ran (trust §2.4)', () => {
  it('the backlog is taken up a page at a time, the oldest first, under the lateness of its journey', async () => {
    await office.live(plan);
    const come = (nos: number[]) => office.happens(...nos.map((no) => office.add('coat', no)));
    await come([1, 2, 3, 4]);
    office.clock.advance(90 * minute);
    await come([5, 6, 7]);
    office.clock.advance(120 * minute);
    await come([8]);
    expect(await office.runner.wake(3), 'so that calls, mails and what comes in have their turn between').toBe(3);
    expect(await office.states()).toEqual([
      ...Array<string>(3).fill('Too late: the wait ended while the system was down'),
      ...Array<string>(5).fill('wait'),
    ]);
    expect(office.planned).toEqual([]);
    expect([await office.runner.wake(3), await office.runner.wake(3), await office.runner.wake(3)]).toEqual([3, 1, 0]);
    expect((await office.states()).slice(3)).toEqual([
      'Too late: the wait ended while the system was down',
      'mail',
      'mail',
      'mail',
      'wait',
    ]);
    expect(office.planned).toHaveLength(3);
  });
});
