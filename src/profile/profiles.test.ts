import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { EventLog, Folder, migrations as eventMigrations, type ShopEvent } from '../event/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import type { Fact, Lesson } from './profile.ts';
import { Profiles } from './profiles.ts';
import { migrations } from './table.ts';

const start = Date.UTC(2026, 10, 24, 9);
const ecid = '11111111111111111111111111111111111111';
const other = '22222222222222222222222222222222222222';

let store: Store;
let clock: FakeClock;
let log: EventLog;
let profiles: Profiles;
let folder: Folder;
let facts: Fact[];
let lessons: Lesson[];
let merges: [string, string][];
let count = 0;

beforeEach(async () => {
  store = await freshStore([...eventMigrations, ...migrations]);
  clock = new FakeClock(start);
  const ids = new UuidIds(clock, new SeededRandom(7));
  log = new EventLog({ store, ids });
  [facts, lessons, merges, count] = [[], [], [], 0];
  profiles = new Profiles({
    store,
    clock,
    ids,
    log,
    onMerge: async (_tx, from, into) => void merges.push([from, into]),
  });
  folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner: 'test',
    fold: async (tx, events) => {
      const batch = await profiles.fold(tx, events);
      facts.push(...batch.facts);
      lessons.push(...batch.lessons.map(({ lesson }) => lesson));
      return new Map(batch.lessons.map(({ shard, lesson }) => [shard, [lesson]]));
    },
  });
});

function event(given: Partial<ShopEvent> & { types: string[] }, device = ecid): ShopEvent {
  return {
    id: `e${++count}`,
    source: 'edge:demo',
    happenedAt: clock.now(),
    receivedAt: clock.now(),
    level: 0,
    visitor: `ecid:${device}`,
    identities: [{ namespace: 'ecid', id: device }],
    ...given,
  };
}

function asserted(email: string, more: Partial<ShopEvent> = {}, device: string | null = ecid): ShopEvent {
  const identities = [{ namespace: 'email', id: email }, ...(device ? [{ namespace: 'ecid', id: device }] : [])];
  return event({
    types: ['profile.asserted'],
    source: 'server',
    level: 3,
    identities,
    visitor: device ? `ecid:${device}` : `email:${email}`,
    ...more,
  });
}

async function happens(...events: ShopEvent[]): Promise<void> {
  await log.receive(events);
  await folder.drain();
}

const named = (name: string) => facts.filter((fact) => fact.name === name);
const add = (item: string, quantity = 1, device = ecid) =>
  event({ types: ['commerce.productListAdds'], items: [{ id: item, quantity }] }, device);
const view = (item: string, device = ecid) =>
  event({ types: ['commerce.productViews'], items: [{ id: item }] }, device);
const byDevice = (device = ecid) => profiles.find({ namespace: 'ecid', id: device });
const byEmail = (email: string) => profiles.find({ namespace: 'email', id: email });

describe('the log', () => {
  it('keeps an event once when it comes twice, in one batch and later (trust row 71)', async () => {
    const one = add('coat-1');
    await happens(one, one);
    clock.advance(20 * 86_400_000);
    await happens({ ...one, receivedAt: clock.now() });

    expect((await byDevice())!.state.cart!.lines).toEqual([{ item: 'coat-1', quantity: 1, addedAt: start }]);
    expect(await store.rows({ text: 'select 1 from event' })).toHaveLength(1);
  });

  it('shows what was acknowledged before any fold has taken it', async () => {
    await log.receive([view('watch-1'), view('watch-2')]);

    expect((await byDevice())!.state.viewed.map(({ item }) => item)).toEqual(['watch-2', 'watch-1']);
  });

  it('knows what a device said about being recorded, folded or not', async () => {
    const consent = (state: 'in' | 'out') => event({ types: ['profile.consent'], consent: { collect: state } });
    await log.receive([view('watch-1')]);
    expect(await profiles.collectConsent(ecid)).toBeUndefined();
    await log.receive([consent('out')]);
    expect(await profiles.collectConsent(ecid)).toBe('out');
    await folder.drain();
    expect(await Promise.all([ecid, '9'.repeat(38)].map((one) => profiles.collectConsent(one)))).toEqual([
      'out',
      undefined,
    ]);
    clock.advance(1);
    await log.receive([consent('in')]);
    expect(await profiles.collectConsent(ecid)).toBe('in');
  });

  it('sets a poison event aside and folds its neighbours', async () => {
    await log.receive([{ ...add('coat-1'), identities: [{ namespace: 'ecid', id: ecid }, null as never] }]);
    await happens(add('coat-2'));

    expect((await byDevice())!.state.cart!.lines.map(({ item }) => item)).toEqual(['coat-2']);
    expect(await store.rows({ text: 'select 1 from event_quarantine' })).toHaveLength(1);
  });

  it('writes a feed without gaps for each shard', async () => {
    for (const item of ['a', 'b', 'c']) await happens(view(item));

    const rows = await log.readFeed<Lesson>(new Map());
    expect(rows.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(rows.flatMap((row) => row.lessons.map((lesson) => lesson.i))).toEqual(['a', 'b', 'c']);
  });
});

describe('identity', () => {
  it('joins a device to the person the server names, and the cart comes along', async () => {
    await happens(add('coat-1', 2));
    await happens(
      asserted('ada@example.com', { consent: { 'email-marketing': 'in' }, attributes: { firstName: 'Ada' } }),
    );

    const ada = await byEmail('ada@example.com');
    expect(ada!.id).toBe((await byDevice())!.id);
    expect(ada!.state.cart!.lines).toMatchObject([{ item: 'coat-1', quantity: 2 }]);
    expect(ada!.state.consent['email-marketing']).toMatchObject({ state: 'in', source: 'server' });
    expect(named('identified')).toHaveLength(1);
  });

  it('merges an anonymous visitor into a person known before, and says so to the other rooms', async () => {
    await happens(asserted('ada@example.com', {}, null));
    await happens(add('coat-1', 1, other), view('watch-1', other));
    await happens(asserted('ada@example.com', {}, other));

    const ada = await byEmail('ada@example.com');
    expect((await byDevice(other))!.id).toBe(ada!.id);
    expect(ada!.state.viewed.map(({ item }) => item)).toEqual(['watch-1']);
    expect(merges).toHaveLength(1);
    expect(merges[0]![1]).toBe(ada!.id);
    expect(named('cart.changed').at(-1)!.profileId).toBe(ada!.id);
  });

  it('is found with many at once, by any name and by the id it had before it was merged', async () => {
    await happens(
      asserted('ada@example.com', {}, null),
      event({ types: ['commerce.productViews'], items: [{ id: 'coat' }] }),
    );
    const before = (await profiles.find({ namespace: 'ecid', id: ecid }))!.id;
    await happens(asserted('ada@example.com'), asserted('bob@example.com', {}, other));
    const names = [
      { namespace: 'ecid', id: ecid },
      { namespace: 'email', id: 'ada@example.com' },
      { namespace: 'profileid', id: before },
      { namespace: 'email', id: 'bob@example.com' },
      { namespace: 'email', id: 'nobody@example.com' },
      { namespace: 'profileid', id: 'no-uuid' },
    ];
    const found = await profiles.findAll(names);
    const ada = (await profiles.find(names[1]!))!;
    expect(merges).toHaveLength(1);
    expect([...found.keys()].sort()).toEqual(
      [`ecid:${ecid}`, 'email:ada@example.com', 'email:bob@example.com', `profileid:${before}`].sort(),
    );
    for (const name of names.slice(0, 3)) expect(found.get(`${name.namespace}:${name.id}`)?.id).toBe(ada.id);
    expect(found.get('email:ada@example.com')?.state.viewed.map(({ item }) => item)).toEqual(['coat']);
    expect(await profiles.findAll([])).toEqual(new Map());
  });

  it('never merges two named people on one device: the device goes with the one named last (trust row 79)', async () => {
    await happens(asserted('ada@example.com'), add('coat-1'));
    await happens(asserted('ben@example.com'), add('watch-1'));

    const [ada, ben] = [await byEmail('ada@example.com'), await byEmail('ben@example.com')];
    expect(ada!.id).not.toBe(ben!.id);
    expect(ada!.state.cart!.lines.map(({ item }) => item)).toEqual(['coat-1']);
    expect(ben!.state.cart!.lines.map(({ item }) => item)).toEqual(['watch-1']);
    expect(merges).toEqual([]);
  });

  it('does not believe a browser that claims an address (trust row 75)', async () => {
    await happens(asserted('ada@example.com', {}, null));
    await happens(
      event(
        {
          types: ['commerce.productViews'],
          level: 1,
          items: [{ id: 'watch-1' }],
          identities: [
            { namespace: 'ecid', id: other },
            { namespace: 'email', id: 'ada@example.com' },
          ],
        },
        other,
      ),
    );

    expect((await byEmail('ada@example.com'))!.state.viewed).toEqual([]);
    expect((await byDevice(other))!.state.email).toBeNull();
  });

  it('starts a new visitor on a device after sign-out', async () => {
    await happens(asserted('ada@example.com'), add('coat-1'));
    await happens(event({ types: ['profile.signedOut'], source: 'server', level: 3 }));
    await happens(view('watch-1'));

    expect((await byEmail('ada@example.com'))!.state.viewed).toEqual([]);
    expect((await byDevice())!.state.viewed).toHaveLength(1);
  });
});

describe('a shared device', () => {
  it('is nobody’s from the sign-out on, before any fold has taken it (trust.md §3.5, design §7 "Log")', async () => {
    await happens(asserted('ada@example.com'), view('watch-1'), add('coat-1'));
    const claim = event({ types: ['profile.signedOut'] });
    await log.receive([claim]);
    expect((await byDevice())!.state.email).toBe('ada@example.com');
    await log.receive([event({ types: ['profile.signedOut'], level: 3 })]);
    const blank = (await byDevice())!.state;
    expect([blank.email, blank.cart, blank.viewed]).toEqual([null, null, []]);
    await log.receive([view('hat-1')]);
    expect((await byDevice())!.state.viewed.map(({ item }) => item)).toEqual(['hat-1']);
    await folder.drain();
    expect((await byDevice())!.state.viewed.map(({ item }) => item)).toEqual(['hat-1']);
    expect((await byEmail('ada@example.com'))!.state.cart!.lines).toHaveLength(1);
  });

  it('may be one that Segment’s libraries name', async () => {
    const browser = { namespace: 'anonymousid', id: 'a-1' };
    const on = { visitor: 'anonymousid:a-1', source: 'segment:k', level: 3 as const };
    const ada = { namespace: 'email', id: 'ada@example.com' };
    await happens(event({ types: ['profile.asserted'], identities: [browser, ada], ...on }));
    await happens(event({ types: ['profile.signedOut'], identities: [browser, ada], ...on }));
    await happens({ ...view('watch-1'), identities: [browser], visitor: on.visitor });
    expect((await byEmail('ada@example.com'))!.state.identities).toEqual([ada]);
    expect((await profiles.find(browser))!.state.email).toBeNull();
  });

  it('goes with a person the shop names anew; the one before keeps neither the device nor what is done on it', async () => {
    await happens(asserted('ada@example.com'), view('watch-1'));
    await happens(asserted('bob@example.com'), view('coat-1'));

    const [ada, bob] = [(await byEmail('ada@example.com'))!, (await byEmail('bob@example.com'))!];
    expect(ada.state.identities).toEqual([{ namespace: 'email', id: 'ada@example.com' }]);
    expect(ada.state.visit!.ecid).toBeNull();
    expect(ada.state.viewed.map(({ item }) => item)).toEqual(['watch-1']);
    expect(bob.state.identities).toContainEqual({ namespace: 'ecid', id: ecid });
    expect(bob.state.viewed.map(({ item }) => item)).toEqual(['coat-1']);
    expect((await byDevice())!.id).toBe(bob.id);
  });

  it('goes back to a person we know, and stands in that profile too', async () => {
    await happens(asserted('bob@example.com', {}, other), asserted('ada@example.com'));
    await happens(asserted('bob@example.com'));

    const bob = (await byEmail('bob@example.com'))!;
    expect((await byDevice())!.id).toBe(bob.id);
    expect(bob.state.identities.filter(({ namespace }) => namespace === 'ecid').map(({ id }) => id)).toEqual([
      other,
      ecid,
    ]);
    expect(merges).toEqual([]);
  });
});

describe('profiles that were seen before they are locked', () => {
  it('are taken as they are under the lock: read again where they have changed, and not there where they are gone', async () => {
    const [still, moved, gone] = ['4', '5', '6'].map((digit) => digit.repeat(38));
    await happens(...[still, moved, gone].map((device) => view('watch-1', device)));
    const before = await Promise.all([still, moved, gone].map(byDevice));
    const seen = new Map(before.map((profile) => [profile!.id, profile!]));
    await happens(view('watch-2', moved), asserted('ada@example.com'), asserted('ada@example.com', {}, gone));

    const held = await store.inTransaction((tx) => profiles.lock(tx, [...seen.keys()], seen));

    const viewed = before.map((profile) => held.get(profile!.id)?.state.viewed.map(({ item }) => item));
    expect(viewed).toEqual([['watch-1'], ['watch-2', 'watch-1'], undefined]);
    expect(held.get(before[0]!.id)).toBe(before[0]);
  });
});

describe('merges', () => {
  it('in a chain within one batch leave every fact with the profile that lives on', async () => {
    const third = '3'.repeat(38);
    const crm = { namespace: 'crm', id: '7' };
    await happens(asserted('ada@example.com', { identities: [{ namespace: 'email', id: 'ada@example.com' }] }, null));
    await happens(add('a', 1, ecid), add('b', 1, third));
    facts.length = 0;
    await happens(
      add('c', 1, ecid),
      event({ types: ['profile.asserted'], level: 3, identities: [crm, { namespace: 'ecid', id: ecid }] }),
      asserted('ada@example.com', {}, third),
    );
    for (const { profileId } of facts) expect(await profiles.get(profileId)).toMatchObject({ id: profileId });
  });

  it('of two carts say which one is no more', async () => {
    await happens(asserted('ada@example.com', {}, other), add('coat-1', 1, other));
    const old = (await byEmail('ada@example.com'))!.state.cart!.id;
    clock.advance(1000);
    await happens(add('scarf-1'));
    await happens(asserted('ada@example.com'));

    const cart = (await byEmail('ada@example.com'))!.state.cart!;
    expect(cart.lines.map(({ item }) => item).sort()).toEqual(['coat-1', 'scarf-1']);
    expect(named('cart.replaced')).toMatchObject([{ data: { cartId: old, by: cart.id } }]);
    expect(facts.slice(-2).map(({ name }) => name)).toEqual(['cart.replaced', 'cart.changed']);
  });
});

describe('the live profile', () => {
  it('follows adds, removals and a server purchase', async () => {
    await happens(add('coat-1'), add('coat-2'), add('sweat-1', 2));
    await happens(event({ types: ['commerce.productListRemovals'], items: [{ id: 'coat-2' }] }));
    await happens(event({ types: ['commerce.productListRemovals'], items: [{ id: 'sweat-1', quantity: 1 }] }));
    expect((await byDevice())!.state.cart!.lines.map(({ item, quantity }) => [item, quantity])).toEqual([
      ['coat-1', 1],
      ['sweat-1', 1],
    ]);

    const order = { id: 'o-1', totalMinor: 12900, currency: 'EUR' };
    const items = [{ id: 'coat-1' }, { id: 'sweat-1' }];
    await happens(event({ types: ['commerce.purchases'], source: 'server', level: 3, order, items }));
    expect((await byDevice())!.state.cart).toBeNull();
    expect(named('ordered')).toMatchObject([{ data: { orderId: 'o-1', total: 129, currency: 'EUR' } }]);
  });

  it('counts one order once from pixel and server (trust row 74), and none from the pixel alone (row 77)', async () => {
    const order = { id: 'o-1', totalMinor: 12900, currency: 'EUR' };
    await happens(add('coat-1'), event({ types: ['commerce.purchases'], level: 1, order, items: [{ id: 'coat-1' }] }));
    const claimed = (await byDevice())!.state;
    expect([claimed.orders, claimed.cart!.lines.length, claimed.claimedPurchaseUntil]).toEqual([
      [],
      1,
      start + 86_400_000,
    ]);

    const server = {
      types: ['commerce.purchases'],
      source: 'server',
      level: 3 as const,
      order,
      items: [{ id: 'coat-1' }],
    };
    await happens(event(server), event(server));
    expect((await byDevice())!.state.orders).toHaveLength(1);
    expect(named('ordered')).toHaveLength(1);
  });

  it('ignores an add that comes late, after the order that holds it (trust row 72)', async () => {
    const order = { id: 'o-1', totalMinor: 12900, currency: 'EUR' };
    clock.advance(60_000);
    await happens(
      event({ types: ['commerce.purchases'], source: 'server', level: 3, order, items: [{ id: 'coat-1' }] }),
    );
    await happens({ ...add('coat-1'), happenedAt: start });

    expect((await byDevice())!.state.cart).toBeNull();
  });

  it('keeps viewed items newest first, each once (recommendations golden example 11)', async () => {
    for (const item of ['1', '2', '3', '2']) {
      clock.advance(1000);
      await happens(view(item));
    }
    expect((await byDevice())!.state.viewed.map(({ item }) => item)).toEqual(['2', '3', '1']);
  });

  it('of a machine that crawls 5,000 products teaches nothing, and none of its facts may begin a journey (trust row 85)', async () => {
    const crawl = Array.from({ length: 5000 }, (_, no) => ({ ...view(`item-${no}`), bot: true }));
    await happens(...crawl, { ...add('coat-1'), bot: true });
    expect(lessons).toEqual([]);
    expect(facts.map(({ name }) => name)).toEqual(['cart.changed']);
    expect(facts.every(({ bot }) => bot)).toBe(true);
    const { state } = (await byDevice())!;
    expect([state.viewed.length, state.itemScores ?? []]).toEqual([100, []]);
  });

  it('ends a visit after half an hour of silence, once, with what was seen in it', async () => {
    await happens(view('watch-1'), view('watch-2'), add('coat-1'));
    clock.advance(29 * 60_000);
    expect((await store.inTransaction((tx) => profiles.endVisits(tx, 100))).facts).toEqual([]);
    expect(await profiles.nextVisitEnd()).toBe(start + 30 * 60_000);
    clock.advance(60_000);
    const { facts: ended } = await store.inTransaction((tx) => profiles.endVisits(tx, 100));

    expect(ended).toMatchObject([
      { name: 'visit.ended', data: { ecid, views: ['watch-2', 'watch-1'], cart: [{ item: 'coat-1', quantity: 1 }] } },
    ]);
    expect((await store.inTransaction((tx) => profiles.endVisits(tx, 100))).facts).toEqual([]);
  });

  it('takes mail consent only from the server or a proven mailbox, and stops collecting when the device says out', async () => {
    await happens(event({ types: ['profile.consent'], level: 1, consent: { 'email-marketing': 'in' } }));
    expect((await byDevice())!.state.consent['email-marketing']).toBeUndefined();

    await happens(event({ types: ['profile.consent'], consent: { collect: 'out' } }));
    await happens(view('watch-1'));
    expect((await byDevice())!.state.viewed).toEqual([]);
    expect(named('consent.lost')).toMatchObject([{ data: { purpose: 'collect' } }]);
  });
});
