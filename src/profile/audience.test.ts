import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, hear, passed, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { emptyLog, EventLog, Folder, migrations as eventMigrations, type ShopEvent } from '../event/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import type { Fact } from './profile.ts';
import { Profiles } from './profiles.ts';
import { emptyProfiles, migrations } from './table.ts';

const start = Date.UTC(2026, 10, 24, 9);
const hour = 3_600_000;
const day = 24 * hour;
const watchRule = `happened("commerce.productViews", where: startsWith(item.id, "watch"), within: "P7D")
  and not happened("commerce.purchases", since: last("commerce.productViews", where: startsWith(item.id, "watch")).at)`;

let shared: Promise<Store> | undefined;
let store: Store;
let clock: FakeClock;
let log: EventLog;
let profiles: Profiles;
let folder: Folder;
let facts: Fact[];
let count = 0;

beforeEach(async () => {
  shared ??= freshStore([...eventMigrations, ...migrations]);
  store = await shared;
  await Promise.all([emptyLog(store), emptyProfiles(store)]);
  await store.run({ text: 'delete from audience' });
  clock = new FakeClock(start);
  const ids = new UuidIds(clock, new SeededRandom(7));
  log = new EventLog({ store, ids });
  [facts, count] = [[], 0];
  profiles = new Profiles({
    store,
    clock,
    ids,
    log,
    onMerge: (tx, from, into) => profiles.audiences.merge(tx, from, into),
    onUnmerge: (tx, { from, into, carried }) =>
      profiles.audiences.unmerge(tx, { from, into, carried: carried as never }),
    onAudienceFault: (error) => {
      throw error;
    },
  });
  folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner: 'test',
    fold: async (tx, events) => {
      facts.push(...(await profiles.fold(tx, events)).facts);
      return new Map();
    },
  });
});

const device = (no: number) => String(no).repeat(38).slice(0, 38);

function event(types: string[], no: number, more: Partial<ShopEvent> = {}): ShopEvent {
  return {
    id: `e${++count}`,
    source: 'edge:demo',
    types,
    happenedAt: clock.now(),
    receivedAt: clock.now(),
    level: 0,
    visitor: `ecid:${device(no)}`,
    identities: [{ namespace: 'ecid', id: device(no) }],
    ...more,
  };
}

const viewed = (item: string, no = 1, more: Partial<ShopEvent> = {}) =>
  event(['commerce.productViews'], no, {
    items: [{ id: item, priceMinor: 4950, currency: 'EUR', quantity: 2 }],
    ...more,
  });

const bought = (no = 1, more: Partial<ShopEvent> = {}) =>
  event(['commerce.purchases'], no, {
    source: 'server',
    level: 3,
    order: { id: `o${count}`, totalMinor: 9900, currency: 'EUR' },
    items: [{ id: 'coat', quantity: 1, priceMinor: 9900, currency: 'EUR' }],
    ...more,
  });

const named = (email: string, no: number | null = 1, more: Partial<ShopEvent> = {}) =>
  event(['profile.asserted'], no ?? 0, {
    source: 'server',
    level: 3,
    identities: [{ namespace: 'email', id: email }, ...(no === null ? [] : [{ namespace: 'ecid', id: device(no) }])],
    visitor: no === null ? `email:${email}` : `ecid:${device(no)}`,
    consent: { 'email-marketing': 'in' },
    ...more,
  });

async function tell(...events: ShopEvent[]): Promise<void> {
  await log.receive(events);
  await folder.drain();
}

async function audience(rule: string | null, key = 'a'): Promise<void> {
  await profiles.audiences.put({ key, name: `Those of ${key}`, rule });
  await profiles.audiences.builds.finish();
}

/** Moves the clock, and does what falls due on the way, as the pulse does. */
async function pass(ms: number): Promise<void> {
  const until = clock.now() + ms;
  for (;;) {
    const dues = [await profiles.audiences.nextDue(), await profiles.nextVisitEnd()].filter((due) => due !== null);
    const next = Math.min(until, ...dues);
    clock.advance(Math.max(0, next - clock.now()));
    const looked = await store.inTransaction(async (tx) => {
      const ended = await profiles.endVisits(tx, 100);
      const lapsed = await profiles.audiences.lapse(tx);
      facts.push(...ended.facts, ...lapsed.facts);
      return ended.profiles.size + lapsed.looked;
    });
    if (looked === 0 && clock.now() >= until) return;
  }
}

const members = async (key = 'a') =>
  (await profiles.audiences.members(key, { after: null, limit: 100 })).map(({ id }) => id);
const size = async (key = 'a') => (await profiles.audiences.get(key)).size;
const turns = () =>
  facts
    .filter(({ name }) => name.startsWith('audience.'))
    .map(({ name, data }) => `${name} ${String(data['audience'])}`);
const idOf = async (no: number) => (await profiles.find({ namespace: 'ecid', id: device(no) }))!.id;

describe('an audience by a rule', () => {
  it('has an anonymous visitor at once, and lets him go when he orders (journeys U1)', async () => {
    await audience(watchRule);
    await tell(viewed('watch-1'), viewed('coat', 2));
    expect(await members()).toEqual([await idOf(1)]);
    expect((await profiles.get(await idOf(1)))!.audiences).toEqual(['a']);
    clock.advance(1000);
    await tell(bought());
    expect(await members()).toEqual([]);
    expect(turns()).toEqual(['audience.entered a', 'audience.left a']);
  });

  it('lets go by time alone, to the millisecond, without any event', async () => {
    await audience(watchRule);
    await tell(viewed('watch-1'));
    await pass(7 * day - 1);
    expect(await size()).toBe(1);
    await pass(1);
    expect(await size()).toBe(0);
    expect(turns()).toEqual(['audience.entered a', 'audience.left a']);
    expect(
      (await profiles.audiences.changesOf(await idOf(1), { before: null, limit: 10 })).map(({ at }) => at),
    ).toEqual([start + 7 * day, start]);
  });

  it('built over what happened before it, waits for time with those only whom it may move', async () => {
    await tell(viewed('watch-1'), viewed('coat', 2));
    clock.advance(3 * day);
    await tell(bought(3), viewed('watch-2', 4));
    clock.advance(6 * day);
    await audience('not happened("commerce.productViews", where: startsWith(item.id, "watch"), within: "P7D")');
    const watched = await store.rows<{ id: string }>({ text: 'select profile_id as id from audience_watch' });
    expect(watched.map(({ id }) => id)).toEqual([await idOf(4)]);
    expect(await members()).toEqual([await idOf(1), await idOf(2), await idOf(3)].sort());
    await pass(day - 1);
    expect(await size()).toBe(3);
    await pass(1);
    expect(await size()).toBe(4);
  });

  it('takes in by time alone who has not done something for a while', async () => {
    await audience('profile.visits > 0 and not happened("commerce.productViews", within: "P3D")');
    await tell(viewed('coat'));
    expect(await size()).toBe(0);
    await pass(3 * day);
    expect(await size()).toBe(1);
  });

  it('who came from a table was never on the site, by event and by rebuild, until the first visit', async () => {
    const rule = 'daysSince(profile.lastSeenAt) <= 7 and profile.firstSeenAt <= profile.lastSeenAt';
    await audience(rule, 'before');
    await tell(named('ada@example.com'), named('ben@example.com', null));
    await audience(rule, 'after');
    expect([await members('before'), await members('after')]).toEqual([[], []]);
    await tell(viewed('watch-1'));
    const ada = [await idOf(1)];
    expect([await members('before'), await members('after')]).toEqual([ada, ada]);
    await pass(8 * day);
    expect([await members('before'), await members('after')]).toEqual([[], []]);
  });

  it('a purchase that only a browser claims is none (trust.md §3.5)', async () => {
    await audience('happened("commerce.purchases")');
    await tell(bought(1, { source: 'edge:demo', level: 0 }));
    expect(await size()).toBe(0);
    await tell(bought());
    expect(await size()).toBe(1);
  });

  it('machines are in none by what they did', async () => {
    await audience('happened("commerce.productViews")');
    await tell(viewed('watch-1', 1, { bot: true }));
    expect(await size()).toBe(0);
  });

  it('money in it is in major units, by event and by rebuild', async () => {
    const rule =
      'sum("commerce.purchases", of: event.order.total) >= 99 and happened("commerce.productViews", where: item.price = 49.5 and item.quantity = 2)';
    await tell(viewed('watch-1'), bought());
    await audience(rule);
    expect(await size()).toBe(1);
    await tell(viewed('watch-1', 2), bought(2));
    expect(await size()).toBe(2);
  });

  it('a first build tells nobody, since its members were there before', async () => {
    await tell(viewed('watch-1'));
    await audience(watchRule);
    expect(await size()).toBe(1);
    expect(turns()).toEqual([]);
    expect((await profiles.audiences.get('a')).builtAt).not.toBeNull();
    await pass(7 * day);
    expect(turns()).toEqual(['audience.left a']);
  });

  it('another rule replaces the membership; another name does not', async () => {
    await audience(watchRule);
    await tell(viewed('watch-1'), viewed('coat', 2));
    await profiles.audiences.put({ key: 'a', name: 'Watches', rule: watchRule });
    expect((await profiles.audiences.get('a')).build).toBeNull();
    await audience('happened("commerce.productViews", where: item.id = "coat")');
    expect(await members()).toEqual([await idOf(2)]);
    await tell(viewed('coat', 1));
    expect(await size()).toBe(2);
  });

  it('windows of computed traits pass too', async () => {
    await profiles.traits.put({
      key: 'views',
      name: 'Views',
      event: 'commerce.productViews',
      of: 'count',
      window: 'P2D',
    });
    await audience('profile.traits.views >= 2');
    await tell(viewed('a'));
    clock.advance(day);
    await tell(viewed('b'));
    expect(await size()).toBe(1);
    await pass(day);
    expect(await size()).toBe(0);
    await profiles.traits.remove('views');
  });

  it('says what is wrong with line and column, and saves nothing', async () => {
    const wrong = { key: 'a', name: 'A', rule: 'profile.reachable and\n  profile.cart.cuont > 1' };
    await expect(profiles.audiences.put(wrong)).rejects.toMatchObject({
      code: 'AUDIENCE_INVALID',
      where: 'line 2, column 3',
    });
    await expect(profiles.audiences.put({ ...wrong, rule: 'profile.reachable and (' })).rejects.toMatchObject({
      code: 'LANGUAGE_SYNTAX',
      where: expect.stringContaining('line 1'),
    });
    await expect(profiles.audiences.put({ ...wrong, rule: 'inAudience("b")' })).rejects.toMatchObject({
      code: 'AUDIENCE_INVALID',
    });
    await expect(profiles.audiences.get('a')).rejects.toMatchObject({ code: 'AUDIENCE_UNKNOWN' });
  });

  it('a name or value that is SQL, a path or a quotation is a name or a value (trust row 103)', async () => {
    const nasty = [
      `a';drop table profile;--`,
      `{a,b}`,
      `$.x ? (1==1)`,
      `"q" or ''=''`,
      `\\'; select 1`,
      `%_`,
      `$1`,
      `a.b`,
    ];
    for (const [no, name] of nasty.entries()) {
      await tell(named(`p${no}@example.com`, no + 1, { attributes: { [name]: name, plain: name } }));
    }
    for (const [no, name] of nasty.entries()) {
      const quoted = JSON.stringify(name);
      for (const rule of [`profile.attributes[${quoted}] = ${quoted}`, `profile.attributes.plain = ${quoted}`]) {
        await audience(rule, 'nasty');
        expect([rule, await members('nasty')]).toEqual([rule, [await idOf(no + 1)]]);
      }
    }
    const hidden = `happened("commerce.purchases", where: item.id = "x'); drop table profile;--")`;
    expect(await profiles.audiences.preview(hidden, 5)).toMatchObject({ size: 0 });
    await expect(audience('true', `b';drop--`)).rejects.toMatchObject({ code: 'AUDIENCE_INVALID' });
  });

  it('a preview counts without saving, also what only the rule can judge', async () => {
    await tell(viewed('watch-1'), viewed('coat', 2), named('Ada@example.com', 3));
    expect(await profiles.audiences.preview(watchRule, 5)).toMatchObject({
      size: 1,
      exact: true,
      sample: [{ email: null }],
    });
    expect(await profiles.audiences.preview('lowerCase(profile.email) = "ada@example.com"', 5)).toMatchObject({
      size: 1,
      exact: true,
    });
    expect(await profiles.audiences.list()).toEqual([]);
  });
});

describe('people who turn out to be one', () => {
  it('are judged as one, and as two again when they are parted', async () => {
    await audience('count("commerce.productViews") >= 2');
    await tell(named('ada@example.com', null), viewed('a', 1));
    await tell(
      event(['commerce.productViews'], 2, {
        items: [{ id: 'b' }],
        level: 3,
        source: 'server',
        visitor: 'email:ada@example.com',
        identities: [{ namespace: 'email', id: 'ada@example.com' }],
      }),
    );
    expect(await size()).toBe(0);
    await tell(named('ada@example.com', 1));
    expect(await size()).toBe(1);
    const joined = await idOf(1);
    const [merge] = (await profiles.storyOf(joined)).merges;
    await profiles.unmerge(joined, merge!.id);
    expect(await size()).toBe(0);
    expect(turns()).toEqual(['audience.entered a']);
  });

  it('keep the places either had in a list', async () => {
    await audience(null, 'list');
    await tell(named('ada@example.com', null), viewed('a', 1));
    const change = (how: 'add' | 'remove', namespace: string, id: string) =>
      store.inTransaction((tx) =>
        profiles.audiences.change(tx, 'list', {
          how,
          people: [
            { namespace, id },
            { namespace: 'email', id: 'nobody@example.com' },
          ],
        }),
      );
    const added = await change('add', 'ecid', device(1));
    expect(added).toMatchObject({ changed: 1, unknown: [1], facts: [{ name: 'audience.entered' }] });
    expect((await change('add', 'ecid', device(1))).changed).toBe(0);
    await tell(named('ada@example.com', 1));
    const [ada] = await members('list');
    expect((await profiles.get(ada!))!.state.email).toBe('ada@example.com');
    const [merge] = (await profiles.storyOf(ada!)).merges;
    await profiles.unmerge(ada!, merge!.id);
    expect(await members('list')).toEqual([await idOf(1)]);
    expect((await change('remove', 'ecid', device(1))).facts).toMatchObject([{ name: 'audience.left' }]);
  });

  it('a device that signs out leaves its past where it was (trust.md §3.5)', async () => {
    await audience('happened("commerce.productViews")');
    await tell(named('ada@example.com', 1), viewed('a', 1));
    clock.advance(1000);
    await tell(event(['profile.signedOut'], 1, { level: 3, source: 'server' }));
    clock.advance(1000);
    await tell(event(['web.webpagedetails.pageViews'], 1));
    const owner = await members();
    expect(owner).toHaveLength(1);
    expect(owner).not.toContain(await idOf(1));
    await profiles.audiences.rebuild('a');
    await profiles.audiences.builds.finish();
    expect(await members()).toEqual(owner);
  });
});

describe('a rebuild', () => {
  const rules = {
    watch: watchRule,
    orders: 'isEmpty(profile.orders) and profile.visits >= 1',
    reach: 'profile.reachable and daysSince(profile.lastSeenAt) <= 2',
    spent: 'sum("commerce.purchases", of: event.order.total, within: "P5D") > 150',
    cold: 'profile.visits > 0 and not happened(["commerce.productViews", "commerce.productListAdds"], within: "P2D")',
    often: 'count("commerce.productViews", where: item.price > 40, within: "P3D") >= 3 or profile.cart.count > 0',
    late: 'daysSince("commerce.productViews") > 1 and profile.email is not null',
    mailed:
      'happened("message.accepted", within: "P4D") and not happened("commerce.purchases", since: last("message.accepted").at)',
    odd: 'upperCase(profile.attributes.city ?: "none") = "BERLIN" or contains(profile.viewed, "watch-2")',
  };

  it.each([11, 12, 13])(
    'finds whom events and time have found, over merges, sign-outs and late events (seed %i)',
    async (seed) => {
      const random = new SeededRandom(seed);
      const pick = (n: number) => Math.floor(random.next() * n);
      for (const [key, rule] of Object.entries(rules)) await audience(rule, key);
      for (let step = 0; step < 90; step++) {
        const no = 1 + pick(6);
        const late = pick(4) === 0 ? { happenedAt: clock.now() - pick(3 * day) } : {};
        const acts = [
          () => tell(viewed(`watch-${pick(3)}`, no, late)),
          () => tell(viewed('coat', no), viewed('coat', 1 + pick(6), late)),
          () => tell(bought(no)),
          () => tell(event(['commerce.productListAdds'], no, { items: [{ id: 'coat' }] })),
          () => tell(named(`p${pick(4)}@example.com`, no, { attributes: { city: pick(2) ? 'Berlin' : 'Lund' } })),
          () => tell(event(['profile.signedOut'], no, { level: 3, source: 'server' })),
          async () => {
            const id = (await profiles.find({ namespace: 'ecid', id: device(no) }))?.id;
            if (id)
              await tell(
                event(['message.accepted'], no, {
                  source: 'message',
                  level: 3,
                  visitor: `profile:${id}`,
                  identities: [{ namespace: 'profile', id }],
                }),
              );
          },
          () => pass(pick(2 * day)),
          () => pass(pick(hour)),
        ];
        clock.advance(1 + pick(1000));
        await acts[pick(acts.length)]!();
        if (step % 30 === 29) {
          await pass(0);
          for (const key of Object.keys(rules)) {
            const before = await members(key);
            await profiles.audiences.rebuild(key);
            await profiles.audiences.builds.finish();
            expect({ key, members: await members(key) }).toEqual({ key, members: before });
          }
        }
      }
      expect((await profiles.audiences.list()).filter((one) => one.size > 0).length).toBeGreaterThan(3);
    },
    60_000,
  );

  /** Time changes nothing of it, so nobody is asked afterwards. */
  const sureRule = 'isEmpty(profile.orders) and profile.visits >= 1';

  /** A fold of an order of the first of two who viewed a watch, which has judged him and is not committed until `end`. */
  async function underWay(): Promise<{ end: () => Promise<void> }> {
    await tell(viewed('watch-1'), viewed('watch-1', 2));
    await profiles.audiences.put({ key: 'a', name: 'A', rule: sureRule });
    let release = () => {};
    const held = new Promise<void>((done) => (release = done));
    let folding: Promise<void> = Promise.resolve();
    await new Promise<void>((judged) => {
      folding = store.inTransaction(async (tx) => {
        await profiles.fold(tx, [{ shard: 0, event: bought() }]);
        judged();
        await held;
      });
    });
    return {
      end: () => {
        release();
        return folding;
      },
    };
  }

  it('asks again whom a fold is changing while his membership is written, once the fold has ended', async () => {
    const { end } = await underWay();
    const ended = passed('audience.turned').then(end);

    await profiles.audiences.builds.finish();
    await ended;

    expect(await members()).toEqual([await idOf(2)]);
  });

  it('that is cut off before it has asked again compares everybody anew', async () => {
    const { end } = await underWay();
    const stop = hear((name) => {
      if (name === 'audience.turned') throw new Error('cut off');
    });
    await expect(profiles.audiences.builds.finish()).rejects.toThrow('cut off');
    stop();
    await end();
    expect(await members()).toContain(await idOf(1));

    await profiles.audiences.builds.finish();

    expect(await members()).toEqual([await idOf(2)]);
  });

  it('locks nobody whose membership is as it was compared, so that no page is written for it', async () => {
    await tell(viewed('watch-1'), viewed('watch-1', 2), viewed('coat', 3));
    const rows = () => store.rows({ text: 'select id, xmin::text, xmax::text, version from profile order by id' });
    const before = await rows();

    await audience(sureRule);

    expect(await members()).toHaveLength(3);
    expect(await rows()).toEqual(before);
  });

  it('of a definition that was removed is let go', async () => {
    await tell(viewed('watch-1'));
    await profiles.audiences.put({ key: 'a', name: 'A', rule: watchRule });
    expect(await profiles.audiences.remove('a')).toBe(true);
    await profiles.audiences.builds.finish();
    expect(await store.rows({ text: 'select 1 from audience_member union all select 1 from audience_watch' })).toEqual(
      [],
    );
  });
});
