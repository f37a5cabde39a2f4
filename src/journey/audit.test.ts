import { beforeEach, describe, expect, it } from 'vitest';
import { Office } from '../../test/support/journeys.ts';
import type { JourneyDefinition } from './definition.ts';

const reminder: JourneyDefinition = {
  key: 'reminder',
  name: 'Reminder',
  entry: { kind: 'event', event: 'cart.changed', key: 'event.cartId', onRepeat: 'restart' },
  exits: [{ event: 'ordered', reason: 'Bought' }],
  quietHours: null,
  start: 'wait',
  activities: {
    wait: { kind: 'wait', for: 'PT1H', next: 'ask' },
    ask: { kind: 'action', name: 'Ask', method: 'POST', url: '/v1/recommendations', next: 'mail' },
    mail: { kind: 'message', message: 'reminder', next: 'done' },
    done: { kind: 'end', label: 'Reminded' },
  },
};

let office: Office;
beforeEach(async () => {
  office = await Office.open();
  await office.live(reminder);
});

const found = async () =>
  (await office.runner.audit({ after: null, limit: 100 })).broken.map(({ which, what }) => `${which}: ${what}`);
const spoil = (text: string) => office.store.run({ text });

/** Ada's run goes its way to a state. */
async function walkTo(state: 'waiting' | 'acting' | 'sending' | 'ended'): Promise<void> {
  await office.happens(office.named('ada@example.com'), office.add('coat'));
  if (state === 'waiting') return;
  office.clock.advance(3_600_000);
  await office.runner.wake();
  if (state === 'acting') return;
  await office.runner.act();
  if (state === 'ended') await office.tell();
}

describe('the audit of runs (trust §2.5)', () => {
  it.each(['waiting', 'acting', 'sending', 'ended'] as const)('finds nothing in a run that is %s', async (state) => {
    await walkTo(state);
    expect(await found()).toEqual([]);
    const { sending } = await office.runner.audit({ after: null, limit: 100 });
    expect(sending).toHaveLength(state === 'sending' ? 1 : 0);
  });

  it.each([
    ['waiting', 'delete from journey_wait', 'mover: It waits, and nothing will wake it'],
    ['waiting', `update journey_wait set due = due + interval '1 day'`, 'mover: It wakes at another time than it says'],
    ['waiting', 'delete from journey_step where no = 0', 'I13: A line of its history is missing'],
    ['acting', 'delete from job', 'mover: It acts, and nothing is queued for it'],
    [
      'acting',
      `update journey_run set state = 'sending'`,
      'I13: Its history ends waiting or acting, and it is sending',
    ],
    ['sending', `update journey_run set activity = 'ask'`, 'I13: It is sending at an activity of kind action'],
    ['ended', 'update journey_run set ended_at = null', 'I13: It has ended, and has no end; or the reverse'],
  ] as const)('says what is wrong with one that is %s, after: %s', async (state, damage, expected) => {
    await walkTo(state);
    await spoil(damage);
    expect(await found()).toContain(expected);
  });

  it('goes on page by page', async () => {
    await walkTo('waiting');
    await office.happens(office.named('bo@example.com', 2), office.add('coat', 2));
    const first = await office.runner.audit({ after: null, limit: 1 });
    expect(first.cursor).not.toBeNull();
    await spoil('delete from journey_wait');
    const second = await office.runner.audit({ after: first.cursor, limit: 1 });
    expect(second.broken).toHaveLength(1);
    expect((await office.runner.audit({ after: second.cursor, limit: 1 })).cursor).toBeNull();
  });
});
