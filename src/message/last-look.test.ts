import { beforeEach, describe, expect, it } from 'vitest';
import { aDesk, type Desk } from '../../test/support/message.ts';
import type { Still } from './part.ts';

const hour = 3_600_000;
const ecid = { namespace: 'ecid', id: '1' };
let desk: Desk;
let waiting: Set<string>;
/** What happens after the claim and before the mail is put down as being sent: at the second question after consents. */
let happens = () => {};
let answer: Still;

beforeEach(async () => {
  desk = await again(() => happens());
});

describe('between the claim and the first byte', () => {
  it('a run that went on gets no mail, and neither does one whose journey was paused (trust row 60)', async () => {
    for (const [said, state, reason] of [
      ['Bought', 'skipped', 'Bought'],
      [{ hold: 'the journey is paused', until: desk.clock.now() + hour }, 'held', 'the journey is paused'],
    ] as const) {
      desk = await again(() => (answer = said));
      const id = await desk.plan(desk.person({ identities: [ecid] }));
      await desk.messages.work();
      expect(desk.transport.sent).toEqual([]);
      expect(await desk.messages.get(id)).toMatchObject({ state, reason });
    }
  });

  it('the consent goes: nobody gets the mail, and its run learns why (invariant I2)', async () => {
    const ada = desk.person({ identities: [ecid] });
    happens = () => void (ada.state.consent = {});
    const id = await desk.plan(ada);
    await desk.messages.work();
    expect(desk.transport.sent).toEqual([]);
    expect(await desk.messages.get(id)).toMatchObject({ state: 'skipped', reason: 'no consent' });
    expect(desk.results).toMatchObject([{ outcome: 'excluded', reason: 'no consent' }]);
  });

  it('the night comes: the mail waits for the morning, and keeps its place under the cap (invariant I6)', async () => {
    happens = () => desk.clock.advance(12 * hour);
    const id = await desk.plan(desk.person({ identities: [ecid] }));
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({ state: 'held', reason: 'quiet hours' });
    desk.clock.advance(12 * hour);
    await desk.messages.work();
    expect(desk.transport.sent).toHaveLength(1);
  });

  it('a withdrawal is acknowledged and not folded yet: the mail waits until it is', async () => {
    const ada = desk.person({ identities: [ecid] });
    const id = await desk.plan(ada);
    waiting.add('ecid:1');
    await desk.messages.work();
    expect(await desk.messages.get(id), 'at the claim').toMatchObject({
      state: 'held',
      reason: 'a consent is being taken in',
    });
    ada.state.consent = {};
    waiting.clear();
    desk.clock.advance(2000);
    await desk.messages.work();
    expect(await desk.messages.get(id)).toMatchObject({ state: 'skipped', reason: 'no consent' });

    desk = await again(() => waiting.add('ecid:1'));
    const second = await desk.plan(desk.person({ identities: [ecid] }));
    await desk.messages.work();
    expect([desk.transport.sent, await desk.messages.get(second)], 'before the first byte').toMatchObject([
      [],
      { state: 'held', reason: 'a consent is being taken in' },
    ]);
  });
});

/** An empty ledger, on which this happens in between. */
async function again(happen: () => void): Promise<Desk> {
  let asked = 0;
  answer = true;
  waiting = new Set();
  return aDesk({
    unreadConsents: async (keys) => {
      if (++asked === 2) happen();
      return new Set(keys.filter((key) => waiting.has(key)));
    },
    stillTrue: async (_tx, places) => places.map(() => answer),
  });
}
