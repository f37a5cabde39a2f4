import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { history, react } from './history.ts';
import type { HistoryEvent, MailSeen } from './history.ts';
import { seededChance } from './people.ts';

const items = catalogue('http://localhost:8080/shop');
const to = Date.UTC(2026, 10, 23, 9);
const from = to - 30 * 24 * 3_600_000;
const { visitors, events: told } = history({ seed: 7, from, to, visitors: 2000, items });
const events = [...told];
const of = (type: string) => events.filter(({ types }) => types.includes(type));
const share = (part: number) => part / visitors.length;

describe('the invented history', () => {
  it('is the same for the same seed, and another for another', () => {
    const few = { seed: 7, from, to, visitors: 40, items };
    expect([...history(few).events]).toEqual([...history(few).events]);
    expect([...history({ ...few, seed: 8 }).events]).not.toEqual([...history(few).events]);
  });

  it('is in time order within its 30 days, with ids used once and no more than 60,000 events', () => {
    expect(events.length).toBeGreaterThan(12_000);
    expect(events.length).toBeLessThan(60_000);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    const times = events.map(({ happenedAt }) => happenedAt);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(from);
    expect(times.at(-1)).toBeLessThan(to);
  });

  it('is about a quarter of people who are known and agreed, a fifth of wanderers who look at no item, and some buyers', () => {
    const asserted = new Set(of('profile.asserted').map(({ visitor }) => visitor));
    expect(share(asserted.size)).toBeGreaterThan(0.18);
    expect(share(asserted.size)).toBeLessThan(0.3);
    const viewers = new Set(of('commerce.productViews').map(({ visitor }) => visitor));
    expect(share(viewers.size)).toBeGreaterThan(0.6);
    expect(share(viewers.size)).toBeLessThan(0.85);
    const wanderers = visitors.filter(({ taste }) => taste.name === 'wanderer');
    for (const { ecid } of wanderers) expect(viewers).not.toContain(`ecid:${ecid}`);
    const buyers = new Set(of('commerce.purchases').map(({ visitor }) => visitor));
    expect(share(buyers.size)).toBeGreaterThan(0.05);
    expect(share(buyers.size)).toBeLessThan(0.25);
  });

  it('leaves carts behind, and empties a few', () => {
    const carts = new Set(of('commerce.productListAdds').map(({ cartId }) => cartId));
    const bought = new Set(of('commerce.purchases').map(({ cartId }) => cartId));
    expect(bought.size / carts.size).toBeLessThan(0.6);
    expect(of('commerce.productListRemovals').length).toBeGreaterThan(10);
  });

  it('has people who look at winter coats look at sweatshirts more often than at lamps', () => {
    const seen = new Map<string, Set<string>>();
    for (const { visitor, items: lines = [] } of of('commerce.productViews'))
      for (const { id } of lines) seen.set(visitor, (seen.get(visitor) ?? new Set()).add(id.split('-')[0]!));
    const coats = [...seen.values()].filter((kinds) => kinds.has('coat'));
    const also = (kind: string) => coats.filter((kinds) => kinds.has(kind)).length;
    expect(also('sweat')).toBeGreaterThan(4 * also('lamp'));
  });

  it('adds each order up from its lines, and never uses a real mail domain', () => {
    for (const { order, items: lines = [] } of of('commerce.purchases'))
      expect(order!.totalMinor).toBe(lines.reduce((sum, line) => sum + line.priceMinor * line.quantity, 0));
    for (const { email } of visitors) if (email) expect(email).toMatch(/^[a-z]+\.[a-z]+\.\d+@example\.(com|org|net)$/);
  });
});

describe('how invented people answer a mail', () => {
  const cart = [{ id: 'coat-1', quantity: 2 }];
  const mail = (index: number, journey: string): MailSeen => ({
    id: `m${index}`,
    journey,
    at: to,
    links: [
      { index: 0, item: 'coat-1' },
      { index: 1, item: null },
    ],
    cart: journey === 'abandoned-cart' ? cart : [],
  });
  const answersOf = (journey: string) => {
    const chance = seededChance(1);
    return visitors.map((person) => react(person, mail(person.index, journey), { chance, items }));
  };
  const ordersOf = (all: { events: HistoryEvent[] }[]) => all.flatMap((one) => one.events.filter(({ order }) => order));

  it('some follow a link and a few of them buy what the mail was about, after the click', () => {
    const all = answersOf('abandoned-cart');
    const clicked = all.filter(({ click }) => click);
    expect(clicked.length).toBeGreaterThan(all.length * 0.1);
    expect(clicked.length).toBeLessThan(all.length * 0.5);
    const orders = ordersOf(all);
    expect(orders.length).toBeGreaterThan(all.length * 0.03);
    for (const { items: lines } of orders) expect(lines![0]).toMatchObject({ id: 'coat-1', quantity: 2 });
    for (const { click, events: after } of clicked)
      for (const { happenedAt } of after) expect(happenedAt).toBeGreaterThan(click!.at);
  });

  it('a cart left behind brings more orders than a wander', () => {
    expect(ordersOf(answersOf('abandoned-cart')).length).toBeGreaterThan(
      2 * ordersOf(answersOf('only-wandered')).length,
    );
  });

  it('a mail without links is answered by nobody', () => {
    const nothing = { ...mail(1, 'abandoned-cart'), links: [] };
    expect(react(visitors[1]!, nothing, { chance: seededChance(1), items })).toEqual({ click: null, events: [] });
  });
});
