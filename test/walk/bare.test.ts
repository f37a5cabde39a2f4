import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Beckon } from '../support/beckon.ts';
import { recipes } from '../../src/journey/index.ts';

/** A shop of one's own: without the demo from the start, and after leaving the demo. */
let beckon: Beckon;

beforeAll(async () => {
  beckon = await Beckon.start();
}, 240_000);

afterAll(() => beckon?.stop());

const status = async (path: string) => (await fetch(`${beckon.url}${path}`)).status;

describe('the demo', () => {
  it('shows results from the first minute: people, mails in the mailbox, funnels that add up', async () => {
    const overview = await beckon.api<{ people: number; items: number; demo: boolean }>('GET', '/v1/overview');
    expect(overview).toMatchObject({ items: 200, demo: true });
    expect(overview.people).toBeGreaterThan(20);
    for (const journey of ['abandoned-cart', 'viewed-not-bought', 'only-wandered']) {
      const { messages, runs } = await beckon.report(journey);
      const parts = messages.accepted + messages.heldOut + messages.inDoubt + messages.pending;
      expect(parts + messages.excluded.reduce((sum, { count }) => sum + count, 0)).toBe(messages.planned);
      expect(runs.active + runs.ended).toBe(runs.entered);
    }
  });

  it('keeps its clock over a restart, and refuses to go back', async () => {
    const { now } = await beckon.api<{ now: string }>('GET', '/v1/clock');
    await beckon.advance('PT2H');
    await beckon.kill();
    await beckon.run();
    const later = await beckon.api<{ now: string }>('GET', '/v1/clock');
    expect(Date.parse(later.now) - Date.parse(now)).toBeGreaterThanOrEqual(2 * 3_600_000);
    await expect(beckon.advance('-PT1H')).rejects.toThrow('400');
  });

  it('is left by one command, and then nothing of it is there', async () => {
    await beckon.shutDown();
    expect(await beckon.command(['demo', '--remove'])).toBe(0);
    await beckon.run({}, ['--no-demo']);

    expect(await beckon.api('GET', '/v1/overview')).toMatchObject({ people: 0, items: 0, demo: false, inJourneys: 0 });
    const { journeys } = await beckon.api<{ journeys: { key: string; status: string }[] }>('GET', '/v1/journeys');
    const drafts = recipes().map(({ key }) => [key, 'draft']);
    expect(journeys.map(({ key, status }) => [key, status])).toEqual(drafts);
    expect(await beckon.api('GET', '/v1/datastreams/default')).toMatchObject({ id: 'default' });
    await expect(beckon.api('GET', '/v1/datastreams/demo')).rejects.toThrow('404');
    expect([
      await status('/shop'),
      await status('/'),
      await status('/alloy.min.js'),
      await status('/edge-dev.js'),
    ]).toEqual([404, 200, 200, 200]);
    await expect(beckon.advance('PT1H')).rejects.toThrow(/40\d/);
  });
});

describe('a shop that connects by hand', () => {
  it('sends items, a person and events by the public API, and sees them at once', async () => {
    await beckon.api('POST', '/v1/items', [
      {
        id: 'a',
        name: 'Anorak',
        price: 129,
        currency: 'EUR',
        stock: 4,
        url: `${beckon.url}/a`,
        imageUrl: `${beckon.url}/a.png`,
      },
      { id: 'b', name: 'Beanie', price: 19.5, currency: 'EUR', stock: 0 },
    ]);
    const identities = { email: 'Ida@Example.com', ECID: '1'.repeat(38) };
    await beckon.api('POST', '/v1/profiles', {
      identities,
      attributes: { firstName: 'Ida' },
      consent: { 'email-marketing': 'in' },
    });
    const at = new Date().toISOString();
    await beckon.api('POST', '/v1/events', [
      { id: 'e1', at, type: 'commerce.productViews', identities, items: [{ id: 'a' }] },
      { id: 'e2', at, type: 'commerce.productListAdds', identities, items: [{ id: 'a', quantity: 2 }] },
      { id: 'e2', at, type: 'commerce.productListAdds', identities, items: [{ id: 'a', quantity: 2 }] },
    ]);

    const ida = await beckon.api<{ cart: { lines: object[] }; viewed: object[] }>(
      'GET',
      '/v1/profiles/email:ida@example.com',
    );
    expect(ida.cart.lines).toMatchObject([{ item: 'a', quantity: 2 }]);
    expect(ida.viewed).toMatchObject([{ item: 'a', name: 'Anorak' }]);
    const answer = await beckon.api<{ items: { id: string }[]; cart: object[] }>('POST', '/v1/recommendations', {
      criterion: 'cart-based',
      identities,
      limit: 4,
    });
    expect(answer.cart).toMatchObject([{ id: 'a', quantity: 2 }]);
    expect(answer.items.map(({ id }) => id)).not.toContain('b');
  });

  it('is refused without a key', async () => {
    for (const path of ['/v1/journeys', '/v1/mailbox', '/v1/profiles/email:ida@example.com'])
      expect(await status(path)).toBe(401);
  });
});
