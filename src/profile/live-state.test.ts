import { array, assert, constantFrom, integer, property, record, shuffledSubarray, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShopEvent } from '../event/index.ts';
import { categoriesHalved, categoryLiked } from './affinity.ts';
import { blankState, endVisit, fold } from './fold.ts';
import type { Fact, ProfileState } from './profile.ts';
import { traitOf, type TraitDefinition } from './trait.ts';
import { viewOf } from './view.ts';

const start = Date.UTC(2026, 10, 24, 9);
const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;
const person = '00000000-0000-7000-8000-000000000001';
let count = 0;

function event(types: string[], more: Partial<ShopEvent> = {}): ShopEvent {
  const at = more.happenedAt ?? start;
  return {
    id: `e${++count}`,
    source: 'edge:demo',
    types,
    happenedAt: at,
    receivedAt: at,
    level: 0,
    visitor: 'ecid:1',
    identities: [{ namespace: 'ecid', id: '1' }],
    ...more,
  };
}

function foldAll(events: readonly ShopEvent[], from: ProfileState = blankState(start), traits: TraitDefinition[] = []) {
  let state = from;
  let minted = 0;
  const facts: Fact[] = [];
  const hands = { profileId: person, mintId: () => `m${++minted}`, traits: traits.map(traitOf) };
  for (const one of events) {
    const made = fold(state, one, hands);
    state = made.state;
    facts.push(...made.facts);
  }
  return { state, facts, names: facts.map(({ name }) => name) };
}

const view = (state: ProfileState, now = start) => viewOf({ id: person, shard: 0, version: 1, state }, now);
const at = (ms: number) => ({ happenedAt: start + ms });
const add = (item: string, more: Partial<ShopEvent> & { n?: number } = {}) =>
  event(['commerce.productListAdds'], { items: [{ id: item, quantity: more.n ?? 1 }], ...more });
const remove = (item: string, more: Partial<ShopEvent> & { n?: number } = {}) =>
  event(['commerce.productListRemovals'], {
    items: [{ id: item, ...(more.n === undefined ? {} : { quantity: more.n }) }],
    ...more,
  });
const looks = (item: string, ms = 0) => event(['commerce.productViews'], { items: [{ id: item }], ...at(ms) });
const server = (types: string[], more: Partial<ShopEvent> = {}) =>
  event(types, { level: 3, source: 'server', ...more });
const order = (id: string, total: number, more: Partial<ShopEvent> = {}) =>
  server(['commerce.purchases'], {
    order: { id, totalMinor: total, currency: 'EUR' },
    items: [{ id: 'coat' }],
    ...more,
  });
const refund = (id: string, total: number, refundId: string, more: Partial<ShopEvent> = {}) =>
  server(['commerce.refunds'], { order: { id, totalMinor: total, currency: 'EUR', refundId }, ...more });
const lines = (state: ProfileState) => (state.cart?.lines ?? []).map(({ item, quantity }) => [item, quantity]);

describe('the cart', () => {
  it('ends without an item whose removal has overtaken its add', () => {
    expect(lines(foldAll([remove('coat', at(0)), add('coat', at(40))]).state)).toEqual([]);
    expect(lines(foldAll([remove('coat', { ...at(0), n: 1 }), add('coat', { ...at(40), n: 2 })]).state)).toEqual([
      ['coat', 1],
    ]);
  });

  it('keeps what is put back after a removal that had something to take', () => {
    expect(lines(foldAll([add('coat'), remove('coat', at(second)), add('coat', at(2 * second))]).state)).toEqual([
      ['coat', 1],
    ]);
  });

  it('puts a late removal in its place: what was added since stays', () => {
    expect(
      lines(foldAll([add('coat', at(0)), add('coat', at(10 * minute)), remove('coat', at(5 * minute))]).state),
    ).toEqual([['coat', 1]]);
  });

  it('keeps what was put in after an order that is told late', () => {
    const { state } = foldAll([add('coat', at(0)), add('coat', at(10 * minute)), order('o1', 100, at(5 * minute))]);
    expect(lines(state)).toEqual([['coat', 1]]);
  });

  it('makes sure of a reopened list, and opening one puts nothing in it', () => {
    const { state } = foldAll([
      event(['commerce.productListOpens'], { items: [{ id: 'coat', quantity: 1 }] }),
      add('scarf', { n: 3 }),
      event(['commerce.productListReopens'], { items: [{ id: 'scarf', quantity: 2 }, { id: 'hat' }] }),
    ]);
    expect(lines(state)).toEqual([
      ['scarf', 3],
      ['hat', 1],
    ]);
  });

  it('holds a thousand lines', () => {
    const items = Array.from({ length: 1000 }, (_, i) => ({ id: `i${i}`, quantity: 1 }));
    expect(foldAll([event(['commerce.productListAdds'], { items })]).state.cart!.lines).toHaveLength(1000);
  });

  it('keeps carts apart that the shop has opened under ids of their own', () => {
    const opened = event(['commerce.productListOpens'], { cartId: 'b', ...at(second) });
    const both = foldAll([add('coat', { cartId: 'a' }), opened, add('hat', { cartId: 'b', ...at(2 * second) })]);
    expect(lines(both.state)).toEqual([['hat', 1]]);
    expect(both.facts.map(({ name, data }) => [name, data['cartId']])).toEqual([
      ['cart.changed', 'a'],
      ['cart.replaced', 'a'],
      ['cart.changed', 'b'],
    ]);
    const removed = foldAll([remove('coat', { cartId: 'a', ...at(3 * second) })], both.state);
    expect(lines(removed.state)).toEqual([['hat', 1]]);
    const back = foldAll([add('scarf', { cartId: 'a', ...at(4 * second) })], both.state);
    expect(lines(back.state)).toEqual([
      ['coat', 1],
      ['scarf', 1],
    ]);
    expect(back.state.parked!.map(({ id }) => id)).toEqual(['b']);
  });

  it('knows a renamed cart by its earlier id too', () => {
    const { state } = foldAll([
      add('coat', { cartId: 'guest' }),
      add('hat', { cartId: 'ada', ...at(second) }),
      add('scarf', { cartId: 'guest', ...at(2 * second) }),
    ]);
    expect([state.cart!.id, lines(state).length]).toEqual(['ada', 3]);
  });

  it('is the same in whatever order adds and removals of one hour come (property)', () => {
    const change = record({
      item: constantFrom('coat', 'scarf'),
      n: integer({ min: 1, max: 3 }),
      what: constantFrom('add', 'add', 'remove', 'clear'),
    });
    const story = uniqueArray(integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 12 }).chain((minutes) =>
      array(change, { minLength: minutes.length, maxLength: minutes.length }).chain((changes) => {
        const told = changes.map(({ item, n, what }, i) => {
          const when = at(minutes[i]! * minute);
          return what === 'add' ? add(item, { ...when, n }) : remove(item, what === 'clear' ? when : { ...when, n });
        });
        return shuffledSubarray(told, { minLength: told.length }).map((shuffled) => ({ told, shuffled }));
      }),
    );
    assert(
      property(story, ({ told, shuffled }) => {
        const inOrder = told.toSorted((a, b) => a.happenedAt - b.happenedAt);
        const sorted = (state: ProfileState) =>
          (state.cart?.lines ?? []).toSorted((a, b) => (a.item < b.item ? -1 : 1));
        expect(sorted(foldAll(shuffled).state)).toEqual(sorted(foldAll(inOrder).state));
      }),
      { numRuns: 300 },
    );
  });
});

describe('most viewed and favourite category', () => {
  const scores = (state: ProfileState) => Object.fromEntries(state.itemScores ?? []);

  it('gives 10 to the first view of a visit and 5 to the others, and halves at its end (golden example 2, recommendations BEH-8)', () => {
    const first = foldAll([looks('A'), looks('B', second)]).state;
    expect(scores(first)).toEqual({ A: 10, B: 5 });
    const ended = endVisit(first, start + 40 * minute, person)!.state;
    expect(scores(ended)).toEqual({ A: 5, B: 2.5 });
    const again = foldAll([looks('A', 60 * minute), looks('B', 61 * minute)], ended).state;
    expect(scores(again)).toEqual({ A: 15, B: 7.5 });
    expect(view(again)).toMatchObject({ mostViewed: 'A', lastViewed: 'B' });
  });

  it('halves once, whether the clock ended the visit or the next one began', () => {
    const begun = foldAll([looks('A'), looks('B', 60 * minute)]).state;
    expect(scores(begun)).toEqual({ A: 5, B: 10 });
    const ended = endVisit(foldAll([looks('A')]).state, start + 40 * minute, person)!.state;
    const resumed = foldAll([looks('A', 20 * minute)], ended).state;
    expect(scores(resumed)).toEqual({ A: 10 });
    expect(scores(endVisit(resumed, start + 90 * minute, person)!.state)).toEqual({ A: 10 });
  });

  it('scores categories as Adobe does (golden example 3)', () => {
    const likes = (...categories: string[]) => event(['web.webpagedetails.pageViews'], { categories });
    const first = foldAll([likes('mens'), likes('accessories'), likes('jewelry'), likes('accessories')]).state;
    expect(first.categoryScores).toEqual([
      ['accessories', 9],
      ['mens', 8],
      ['jewelry', 5],
    ]);
    let halved = categoriesHalved(first.categoryScores!);
    expect(halved.map(([, score]) => score)).toEqual([4.5, 4, 2.5]);
    for (const category of ['jewelry', 'accessories', 'beauty', 'shoes', 'womens'])
      halved = categoryLiked(halved, category);
    expect(halved).toEqual([
      ['accessories', 6.5],
      ['womens', 5],
      ['jewelry', 4.5],
      ['shoes', 4],
      ['beauty', 3],
    ]);
    expect(view({ ...first, categoryScores: halved }).favouriteCategory).toBe('accessories');
  });

  it('remembers the last hundred viewed items, newest first (design §7, recommendations BEH-7)', () => {
    const { state } = foldAll(Array.from({ length: 130 }, (_, i) => looks(`i${i}`, i * second)));
    expect(state.viewed).toHaveLength(100);
    expect(state.viewed[0]!.item).toBe('i129');
  });
});

describe('visits', () => {
  it('are what people do on the site: a refund, an update or a cancellation of an order is no sign of one', () => {
    const told = ['commerce.refunds', 'commerce.orderUpdates', 'commerce.orderCancellations'].map((type, index) =>
      event([type], {
        level: 3,
        source: 'webhook:shop',
        order: { id: 'o1', totalMinor: 100, currency: 'EUR', refundId: 'r1' },
        ...at((20 + index) * day),
      }),
    );
    const visited = foldAll([looks('A'), order('o1', 1000)]).state;
    const { state, names } = foldAll(told, visited);
    expect([state.visits, state.lastSeenAt, view(state).orders[0]!.refunded]).toEqual([1, start, 10]);
    expect(names).toEqual(['refunded', 'order.cancelled']);
  });
});

describe('orders', () => {
  it('count a refund once, before or after its order, and never above what was paid', () => {
    const told = [
      order('o1', 10_000, at(0)),
      refund('o1', 4000, 'r1', at(minute)),
      refund('o1', 4000, 'r1', at(minute)),
    ];
    for (const events of [told, told.toReversed()]) {
      const { state, names } = foldAll(events);
      expect(view(state).orders).toMatchObject([{ id: 'o1', total: 100, refunded: 40 }]);
      expect(names.filter((name) => name === 'refunded')).toHaveLength(1);
    }
    const { state } = foldAll([...told, refund('o1', 9000, 'r2', at(2 * minute))]);
    expect(view(state).orders[0]!.refunded).toBe(100);
  });

  it('are void as a whole when cancelled, whichever is told first', () => {
    const cancel = server(['commerce.orderCancellations'], { order: { id: 'o1', totalMinor: 0, currency: 'EUR' } });
    for (const events of [
      [order('o1', 10_000), cancel, cancel],
      [cancel, cancel, order('o1', 10_000)],
    ]) {
      const { state } = foldAll(events);
      expect(view(state).orders).toMatchObject([{ total: 100, refunded: 100 }]);
    }
  });

  it('take no refund from a browser (trust row 77)', () => {
    const claimed = event(['commerce.refunds'], { order: { id: 'o1', totalMinor: 5000, currency: 'EUR' } });
    expect(foldAll([order('o1', 10_000), claimed]).state.refunds).toBeUndefined();
  });
});

describe('time zone and language', () => {
  const browser = (zone: string, language: string, ms = 0) =>
    event(['web.webpagedetails.pageViews'], { timeZone: zone, language, ...at(ms) });
  const says = (attributes: ShopEvent['attributes'], ms = 0) =>
    server(['profile.asserted'], { attributes: attributes!, ...at(ms) });

  it('are the browser’s until the shop’s server says otherwise, whichever comes first', () => {
    const claimed = foldAll([browser('Europe/Paris', 'fr-FR')]).state;
    expect([claimed.timeZone, claimed.language, claimed.origins!['timeZone']![2]]).toEqual([
      'Europe/Paris',
      'fr-FR',
      0,
    ]);
    const told = [browser('Europe/Paris', 'fr-FR', minute), says({ timeZone: 'Europe/Stockholm', language: 'sv' })];
    for (const events of [told, told.toReversed()]) {
      const { state } = foldAll(events);
      expect([state.timeZone, state.language]).toEqual(['Europe/Stockholm', 'sv']);
    }
  });

  it('hold the later word of the server for each attribute, in whatever order it comes (property)', () => {
    const word = record({ name: constantFrom('firstName', 'tier', 'timeZone'), value: constantFrom('a', 'b', null) });
    const story = uniqueArray(integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 8 }).chain((seconds) =>
      array(word, { minLength: seconds.length, maxLength: seconds.length }).chain((words) => {
        const told = words.map(({ name, value }, i) => says({ [name]: value }, seconds[i]! * second));
        return shuffledSubarray(told, { minLength: told.length }).map((shuffled) => ({ told, shuffled }));
      }),
    );
    assert(
      property(story, ({ told, shuffled }) => {
        const [a, b] = [told.toSorted((x, y) => x.happenedAt - y.happenedAt), shuffled].map(
          (all) => foldAll(all).state,
        );
        expect([b!.attributes, b!.timeZone]).toEqual([a!.attributes, a!.timeZone]);
      }),
    );
  });
});

describe('consent', () => {
  const says = (state: 'in' | 'out' | 'pending', ms: number, level: 1 | 2 | 3 = 3) =>
    event(['profile.consent'], { level, consent: { 'email-marketing': state }, ...at(ms) });

  it('waits for its confirmation (double opt-in) and is not in force before', () => {
    const asked = foldAll([says('pending', 0)]);
    expect([asked.names, view(asked.state).consent]).toEqual([['consent.pending'], { 'email-marketing': false }]);
    const confirmed = foldAll([says('in', minute, 2)], asked.state);
    expect([confirmed.names, confirmed.state.consent['email-marketing']!.state]).toEqual([['consent.given'], 'in']);
  });

  it('stays in force when somebody types the address into the form again', () => {
    const { state, names } = foldAll([says('in', 0), says('pending', minute)]);
    expect([state.consent['email-marketing']!.state, names]).toEqual(['in', ['consent.given']]);
  });

  it('is not pending because a browser says so', () => {
    expect(foldAll([says('pending', 0, 1)]).state.consent).toEqual({});
  });
});

describe('the mailbox', () => {
  const clicks = (more: Partial<ShopEvent> = {}) =>
    event(['message.clicked'], { level: 2, source: 'message', message: { id: 'm', journey: 'cart' }, ...more });

  it('is proven by a click on a signed link of ours, not by a machine that follows it (trust §3.5, level 2)', () => {
    expect(foldAll([clicks(at(minute))]).state.mailboxProvenAt).toBe(start + minute);
    expect(foldAll([clicks({ bot: true }), clicks({ level: 1 })]).state.mailboxProvenAt).toBeUndefined();
  });
});

describe('a device trusted by a signed token', () => {
  const token = event(['profile.asserted'], { level: 3, linkedUntil: start + 60 * minute });
  const buys = (ms: number, device = '1') =>
    event(['commerce.purchases'], {
      order: { id: `o${ms}`, totalMinor: 100, currency: 'EUR' },
      identities: [{ namespace: 'ecid', id: device }],
      ...at(ms),
    });

  it('speaks for its person until the trust runs out (design §7 "Identity")', () => {
    const { state } = foldAll([token, buys(59 * minute), buys(60 * minute)]);
    expect(state.orders.map(({ id }) => id)).toEqual([`o${59 * minute}`]);
  });

  it('does not lend its trust to another device', () => {
    expect(foldAll([token, buys(minute, '2')]).state.orders).toEqual([]);
  });
});

describe('computed traits', () => {
  const spent: TraitDefinition = {
    key: 'spent30',
    name: 'Spent in 30 days',
    event: 'commerce.purchases',
    of: 'sum',
    value: 'event.order.total',
    window: 'P30D',
  };
  const seen: TraitDefinition = {
    key: 'coats',
    name: 'Coats looked at',
    event: 'commerce.productViews',
    of: 'list',
    value: 'event.items',
    window: 'P7D',
    limit: 3,
  };

  it('are right as the window passes, without any event', () => {
    const { state } = foldAll([order('o1', 1000, at(0)), order('o2', 2050, at(10 * day))], blankState(start), [spent]);
    const worth = (ms: number) => view(state, start + ms).traits['spent30'];
    expect([worth(10 * day), worth(30 * day - 1), worth(30 * day), worth(40 * day)]).toEqual([30.5, 30.5, 20.5, 0]);
  });

  it('count an order told again once, and none of a browser', () => {
    const claimed = event(['commerce.purchases'], { order: { id: 'o9', totalMinor: 900, currency: 'EUR' } });
    const { state } = foldAll([order('o1', 1000), order('o1', 1000), claimed], blankState(start), [spent]);
    expect(view(state).traits['spent30']).toBe(10);
  });

  it('list values newest first, each once, as many as are asked for (journeys D7)', () => {
    const views = ['a', 'b', 'c', 'a', 'd'].map((item, i) => looks(item, i * minute));
    const { state } = foldAll(views, blankState(start), [seen]);
    expect(view(state, start + day).traits['coats']).toEqual(['d', 'a', 'c']);
    expect(view(state, start + 8 * day).traits['coats']).toEqual([]);
  });

  it('begin anew when their definition changes', () => {
    const first = foldAll([order('o1', 1000)], blankState(start), [spent]).state;
    const { state } = foldAll([order('o2', 500, at(minute))], first, [{ ...spent, window: 'P60D' }]);
    expect(view(state).traits['spent30']).toBe(5);
  });

  it('say what is wrong with a definition', () => {
    expect(() => traitOf({ ...spent, of: 'count' })).toThrow('a count has no value');
    expect(() => traitOf({ ...spent, window: '30 days' })).toThrow('is not a duration');
    expect(() => traitOf({ ...spent, value: 'event.order.(' })).toThrow();
  });

  it('are the same whatever the order of the events (property)', () => {
    const definitions: TraitDefinition[] = [
      { key: 'n', name: 'n', event: 'commerce.productViews', of: 'count', window: 'P7D' },
      { key: 'last', name: 'l', event: 'commerce.productViews', of: 'last', value: 'event.items', window: 'P7D' },
      { ...seen, key: 'list' },
    ];
    const story = uniqueArray(integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 15 }).chain((hours) => {
      const told = hours.map((hour, i) => ({ ...looks(`i${i % 5}`, hour * 60 * minute), receivedAt: start }));
      return shuffledSubarray(told, { minLength: told.length }).map((shuffled) => ({ told, shuffled }));
    });
    assert(
      property(story, integer({ min: 0, max: 600 }), ({ told, shuffled }, hour) => {
        const now = start + hour * 60 * minute;
        const [a, b] = [told, shuffled].map(
          (all) => view(foldAll(all, blankState(start), definitions).state, now).traits,
        );
        expect(b).toEqual(a);
      }),
    );
  });
});
