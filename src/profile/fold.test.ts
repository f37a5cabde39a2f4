import { array, assert, constantFrom, integer, property, record, shuffledSubarray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShopEvent } from '../event/index.ts';
import { blankState, fold } from './fold.ts';
import type { Fact, ProfileState } from './profile.ts';

const start = Date.UTC(2026, 10, 24, 9);
const minute = 60_000;
const person = '00000000-0000-7000-8000-000000000001';
let count = 0;

function event(types: string[], more: Partial<ShopEvent> = {}): ShopEvent {
  return {
    id: `e${++count}`,
    source: 'edge:demo',
    types,
    happenedAt: start,
    receivedAt: start,
    level: 0,
    visitor: 'ecid:1',
    identities: [{ namespace: 'ecid', id: '1' }],
    ...more,
  };
}

function foldAll(events: ShopEvent[], from: ProfileState = blankState(start)) {
  let state = from;
  let minted = 0;
  const facts: Fact[] = [];
  for (const one of events) {
    const made = fold(state, one, { profileId: person, mintId: () => `m${++minted}` });
    state = made.state;
    facts.push(...made.facts);
  }
  return { state, facts, names: facts.map(({ name }) => name) };
}

const add = (item: string, more: Partial<ShopEvent> = {}) =>
  event(['commerce.productListAdds'], { items: [{ id: item }], ...more });
const order = (id: string, items: string[], more: Partial<ShopEvent> = {}) =>
  event(['commerce.purchases'], {
    level: 3,
    source: 'server',
    items: items.map((item) => ({ id: item })),
    order: { id, totalMinor: 100, currency: 'EUR' },
    ...more,
  });

describe('fold()', () => {
  it('teaches what attributes were at the time of the event, of those that are asked for (recommendations ALG-19)', () => {
    const attributes = { region: 'Alps', tier: 7, name: 'Ada' };
    const before = { ...blankState(start), attributes, language: 'de' };
    const hands = { profileId: person, mintId: () => 'm1', taught: ['region', 'tier', 'language', 'unknown'] };
    expect(fold(before, add('coat'), hands).lessons).toMatchObject([
      { i: 'coat', k: 'cart', a: { region: 'Alps', tier: '7', language: 'de' } },
    ]);
    const [plain] = fold(before, add('coat'), { ...hands, taught: [] }).lessons;
    expect(plain).not.toHaveProperty('a');
  });

  it('teaches of an event whose type lists ask for which items it named, each once (recommendations ALG-20)', () => {
    const wished = event(['wishlist.added'], { items: [{ id: 'coat' }, { id: 'hat' }, { id: 'coat' }] });
    const hands = { profileId: person, mintId: () => 'm1', taughtEvents: new Set(['wishlist.added']) };
    const { lessons } = fold(blankState(start), wished, hands);
    expect(lessons).toMatchObject([
      { i: 'coat', k: 'event', e: 'wishlist.added' },
      { i: 'hat', k: 'event', e: 'wishlist.added' },
    ]);
    expect(fold(blankState(start), wished, { ...hands, taughtEvents: new Set(['video.played']) }).lessons).toEqual([]);
    expect(fold(blankState(start), { ...wished, bot: true }, hands).lessons).toEqual([]);
  });

  it('teaches views of a history in occasions, as if they were visits, which they are not', () => {
    const told = (item: string, minutes: number) =>
      event(['commerce.productViews'], {
        source: 'server',
        items: [{ id: item }],
        happenedAt: start + minutes * minute,
      });
    const taught: [string, string][] = [];
    let state = blankState(start);
    const see = (one: ShopEvent) => {
      const made = fold(state, one, { profileId: person, mintId: () => 'm1' });
      state = made.state;
      taught.push(...made.lessons.map(({ i, s }): [string, string] => [i, s]));
    };
    const [coat, hat, late, lamp] = [told('coat', 0), told('hat', 20), told('scarf', -25), told('lamp', 51)];
    for (const one of [coat, hat, late, lamp]) see(one);
    expect(taught).toEqual([
      ['coat', coat.id],
      ['hat', coat.id],
      ['scarf', coat.id],
      ['lamp', lamp.id],
    ]);
    expect(state).toMatchObject({ visits: 0, visit: null });
    // In a visit they are of it; long after it they are none of its.
    see(event(['commerce.productViews'], { items: [{ id: 'boot' }], happenedAt: start + 60 * minute }));
    see(told('sock', 70));
    const after = told('belt', 600);
    see(after);
    expect(taught.slice(4)).toEqual([
      ['boot', 'm1'],
      ['sock', 'm1'],
      ['belt', after.id],
    ]);
  });

  it('takes nothing out of the cart when the same order is told again (paid, then sent)', () => {
    const { state, names } = foldAll([
      add('coat'),
      order('o1', ['coat'], { happenedAt: start + minute }),
      add('coat', { happenedAt: start + 2 * minute }),
      order('o1', ['coat'], { happenedAt: start + 3 * minute }),
    ]);
    expect(state.cart!.lines.map(({ item }) => item)).toEqual(['coat']);
    expect(names).toEqual(['cart.changed', 'ordered', 'cart.changed']);
  });

  it('ignores an add that is older than an order without lines, which took the whole cart (trust row 72)', () => {
    const { state, names } = foldAll([order('o1', [], { happenedAt: start + minute }), add('coat')]);
    expect(state.cart).toBeNull();
    expect(names).toEqual(['ordered']);
  });

  it('says which cart is no more when the shop gives the cart another id', () => {
    const { facts } = foldAll([add('coat', { cartId: 'guest' }), add('scarf', { cartId: 'signed-in' })]);
    expect(facts.map(({ name, data }) => [name, data['cartId']])).toEqual([
      ['cart.changed', 'guest'],
      ['cart.replaced', 'guest'],
      ['cart.changed', 'signed-in'],
    ]);
  });

  it('counts an order of the server only; a browser that says so holds reminders back for a day (trust §3.5)', () => {
    const { state, names } = foldAll([add('coat'), order('o1', ['coat'], { level: 1, source: 'edge:demo' })]);
    expect(state.orders).toEqual([]);
    expect(state.claimedPurchaseUntil).toBe(start + 24 * 60 * minute);
    expect(state.cart!.lines).toHaveLength(1);
    expect(names).toEqual(['cart.changed']);
  });

  it('believes consent for mail from level 2 on, and the later statement whichever comes first', () => {
    const says = (state: 'in' | 'out', at: number, level: 0 | 2 | 3 = 3) =>
      event(['profile.consent'], { level, happenedAt: at, consent: { 'email-marketing': state } });
    expect(foldAll([says('in', start, 0)]).state.consent).toEqual({});
    const late = foldAll([says('out', start + minute, 2), says('in', start)]);
    expect(late.state.consent['email-marketing']!.state).toBe('out');
    expect(late.names).toEqual(['consent.lost']);
  });

  it('gives every fact an id of its own, the same when the same is folded again', () => {
    const one = event(['commerce.productListAdds', 'commerce.purchases'], {
      level: 3,
      items: [{ id: 'coat' }],
      order: { id: 'o1', totalMinor: 1, currency: 'EUR' },
      consent: { 'email-marketing': 'in' },
    });
    const ids = () => foldAll([one]).facts.map(({ id }) => id);
    expect(new Set(ids()).size).toBe(ids().length);
    expect(ids()).toEqual(ids());
  });

  const aStep = record({
    what: constantFrom('add', 'remove', 'view', 'order', 'claim', 'open'),
    item: constantFrom('coat', 'scarf', 'watch'),
    at: integer({ min: 0, max: 200 }),
  });
  const kinds: Record<string, string> = {
    add: 'commerce.productListAdds',
    remove: 'commerce.productListRemovals',
    view: 'commerce.productViews',
    order: 'commerce.purchases',
    claim: 'commerce.purchases',
    open: 'commerce.productListReopens',
  };
  const told = ({ what, item, at }: { what: string; item: string; at: number }) =>
    what === 'order'
      ? order(`o-${item}-${at}`, [item], { happenedAt: start + at * minute })
      : event([kinds[what]!], { items: [{ id: item, quantity: 2 }], happenedAt: start + at * minute });

  it('bears any order of events: lines are whole, views newest first and once, times outermost (property)', () => {
    assert(
      property(array(aStep, { minLength: 1, maxLength: 30 }), (steps) => {
        const { state } = foldAll(steps.map(told));
        for (const { quantity } of state.cart?.lines ?? []) expect(quantity).toBeGreaterThan(0);
        expect(state.cart === null || state.cart.lines.length > 0).toBe(true);
        const times = state.viewed.map(({ at }) => at);
        expect(times).toEqual([...times].sort((a, b) => b - a));
        expect(new Set(state.viewed.map(({ item }) => item)).size).toBe(times.length);
        const browsed = steps.filter(({ what }) => what !== 'order').map(({ at }) => start + at * minute);
        if (browsed.length > 0) expect(state.lastSeenAt).toBe(Math.max(start, ...browsed));
      }),
    );
  });

  it('counts each order once and remembers each view, in whatever order and however often they come (property)', () => {
    const mixed = array(aStep, { minLength: 1, maxLength: 12 }).chain((steps) =>
      shuffledSubarray([...steps, ...steps], { minLength: steps.length * 2 }).map((all) => ({ steps, all })),
    );
    assert(
      property(mixed, ({ steps, all }) => {
        const [straight, swapped] = [foldAll(steps.map(told)).state, foldAll(all.map(told)).state];
        expect(new Set(swapped.orders.map(({ id }) => id))).toEqual(new Set(straight.orders.map(({ id }) => id)));
        expect(swapped.orders).toHaveLength(straight.orders.length);
        expect(new Set(swapped.viewed.map(({ item }) => item))).toEqual(
          new Set(straight.viewed.map(({ item }) => item)),
        );
      }),
    );
  });
});
