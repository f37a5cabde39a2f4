import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { JourneyDefinition } from './definition.ts';

vi.setConfig({ testTimeout: 600_000 }); // ten thousand by request: BECKON_OVERDUE
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

  it('of three days whoever is late ends so, and the rest is called and mailed at the rate of the service, each once (trust row 56)', async () => {
    const all = Number(process.env['BECKON_OVERDUE'] ?? 120);
    const rate = Math.max(10, Math.ceil(all / 12));
    const asks = (key: string, lateness: string): JourneyDefinition => ({
      ...plan,
      key,
      lateness,
      activities: {
        ...plan.activities,
        wait: { kind: 'wait', for: 'PT1H', next: 'ask' },
        ask: {
          kind: 'action',
          name: 'Recs',
          service: 'recs',
          method: 'GET',
          url: 'https://recs.example.com/v1',
          rate,
          deadline: 'P1D',
          next: 'mail',
        },
      },
    });
    await office.live(asks('late', 'P1D'));
    await office.live(asks('patient', 'P5D'));
    for (let from = 1; from <= all; from += 500)
      await office.happens(...Array.from({ length: Math.min(500, all - from + 1) }, (_, i) => person(from + i)));

    office.clock.advance(3 * 24 * 60 * minute);
    const seconds = new Map<number, number>();
    for (let due = await office.runner.nextDue(); due !== null; due = await office.runner.nextDue()) {
      office.clock.set(Math.max(due, office.clock.now()));
      const before = office.asked.length;
      while ((await office.runner.wake()) + (await office.runner.act()) > 0);
      const second = Math.floor(office.clock.now() / 1000);
      seconds.set(second, (seconds.get(second) ?? 0) + office.asked.length - before);
    }

    expect(Math.max(...seconds.values())).toBeLessThanOrEqual(2 * rate);
    expect(office.asked).toHaveLength(all);
    expect(office.planned.map(({ journey }) => journey).filter((one) => one !== 'patient')).toEqual([]);
    expect(new Set(office.planned.map(({ profileId }) => profileId)).size).toBe(all);
    expect(office.planned).toHaveLength(all);
    const late = (await office.runs()).filter(({ journey }) => journey === 'late');
    expect(new Set(late.map(({ endReason }) => endReason))).toEqual(
      new Set(['Too late: the wait ended while the system was down']),
    );
  });
});

/** Somebody of a device of their own puts something in the cart. */
function person(no: number) {
  const id = `7${String(no).padStart(37, '0')}`;
  return { ...office.add('coat'), visitor: `ecid:${id}`, identities: [{ namespace: 'ecid', id }] };
}
