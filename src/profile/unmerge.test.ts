import { array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, quietLog, SeededRandom, UuidIds } from '../base/index.ts';
import { EventLog, Folder, migrations as eventMigrations, type ShopEvent } from '../event/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { Profiles, type OnUnmerge } from './profiles.ts';
import type { ProfileState } from './profile.ts';
import { migrations } from './table.ts';

const start = Date.UTC(2026, 10, 24, 9);
const minute = 60_000;
const phone = '1'.repeat(38);
const laptop = '2'.repeat(38);

let store: Store;
let clock: FakeClock;
let log: EventLog;
let profiles: Profiles;
let folder: Folder;
let undone: Parameters<OnUnmerge>[1][];
let alarms: number;
let count = 0;

beforeEach(async () => {
  store = await freshStore([...eventMigrations, ...migrations]);
  clock = new FakeClock(start);
  [undone, alarms] = [[], 0];
  const ids = new UuidIds(clock, new SeededRandom(7));
  log = new EventLog({ store, ids });
  profiles = new Profiles({
    store,
    clock,
    ids,
    log,
    onMerge: async (_tx, from) => ({ carriedFrom: from }),
    onUnmerge: async (_tx, parted) => void undone.push(parted),
    onClaims: () => void alarms++,
  });
  folder = new Folder({
    store,
    clock,
    log: quietLog,
    owner: 'test',
    fold: async (tx, events) => {
      await profiles.fold(tx, events);
      return new Map();
    },
  });
});

function event(types: string[], device: string | null, more: Partial<ShopEvent> = {}): ShopEvent {
  return {
    id: `e${++count}`,
    source: 'edge:demo',
    types,
    happenedAt: clock.now(),
    receivedAt: clock.now(),
    level: 0,
    visitor: device ? `ecid:${device}` : 'email:ada@example.com',
    identities: device ? [{ namespace: 'ecid', id: device }] : [],
    ...more,
  };
}

const add = (item: string, device: string) => event(['commerce.productListAdds'], device, { items: [{ id: item }] });
const view = (item: string, device: string) => event(['commerce.productViews'], device, { items: [{ id: item }] });
const signsIn = (email: string, device: string | null, more: Partial<ShopEvent> = {}) =>
  event(['profile.asserted'], device, {
    level: 3,
    source: 'server',
    identities: [{ namespace: 'email', id: email }, ...(device ? [{ namespace: 'ecid', id: device }] : [])],
    visitor: device ? `ecid:${device}` : `email:${email}`,
    ...more,
  });

async function happens(...events: ShopEvent[]): Promise<void> {
  for (const one of events) {
    await log.receive([{ ...one, happenedAt: clock.now(), receivedAt: clock.now() }]);
    clock.advance(minute);
  }
  await folder.drain();
}

const byDevice = async (device: string) => (await profiles.find({ namespace: 'ecid', id: device }))!;
const ada = async () => (await profiles.find({ namespace: 'email', id: 'ada@example.com' }))!;
const lastMerge = async (id: string) => (await profiles.storyOf(id)).merges.at(-1)!;

/** What a parting must restore; that the two stay apart is what it adds. */
function shown({ apart: _apart, identities, ...state }: ProfileState) {
  return { ...state, identities: identities.map(({ namespace, id }) => `${namespace}:${id}`).sort() };
}

describe('unmerge()', () => {
  it('gives each back what was its own, and what each did since goes to whom it belongs', async () => {
    await happens(signsIn('ada@example.com', phone), view('watch', phone), add('coat', laptop));
    const before = { ada: (await ada()).state, other: await byDevice(laptop) };
    await happens(signsIn('ada@example.com', laptop), view('scarf', phone), view('hat', laptop));
    const merge = await lastMerge((await ada()).id);

    expect(await profiles.unmerge((await ada()).id, merge.id)).toEqual({
      into: (await ada()).id,
      from: before.other.id,
    });
    const [mine, theirs] = [await ada(), await byDevice(laptop)];
    expect(theirs.id).toBe(before.other.id);
    expect(mine.state.viewed.map(({ item }) => item)).toEqual(['scarf', 'watch']);
    expect(theirs.state.viewed.map(({ item }) => item)).toEqual(['hat']);
    expect([mine.state.cart, theirs.state.cart!.lines.length]).toEqual([before.ada.cart, 1]);
    expect(undone).toEqual([{ into: mine.id, from: theirs.id, carried: { carriedFrom: theirs.id } }]);
  });

  it('keeps them apart: the next sign-in moves the device and merges nothing (trust row 79)', async () => {
    await happens(signsIn('ada@example.com', phone), add('coat', laptop), signsIn('ada@example.com', laptop));
    const { from } = await profiles.unmerge((await ada()).id, (await lastMerge((await ada()).id)).id);
    await happens(signsIn('ada@example.com', laptop), view('hat', laptop));

    expect((await ada()).state.viewed.map(({ item }) => item)).toEqual(['hat']);
    expect((await ada()).state.cart).toBeNull();
    expect((await profiles.get(from))!.state.cart!.lines).toHaveLength(1);
    expect((await profiles.storyOf((await ada()).id)).merges).toEqual([]);
  });

  it('undoes an earlier merge and leaves a later one in force', async () => {
    const tablet = '3'.repeat(38);
    await happens(signsIn('ada@example.com', phone), add('coat', laptop), view('watch', tablet));
    await happens(signsIn('ada@example.com', laptop));
    const first = await lastMerge((await ada()).id);
    await happens(view('scarf', tablet), signsIn('ada@example.com', tablet));
    await profiles.unmerge((await ada()).id, first.id);

    const { state } = await ada();
    expect(state.cart).toBeNull();
    expect(state.viewed.map(({ item }) => item)).toEqual(['scarf', 'watch']);
    expect((await byDevice(tablet)).id).toBe((await ada()).id);
  });

  it('does not give back what was done on the device after it had signed out', async () => {
    await happens(signsIn('ada@example.com', phone), add('coat', laptop), signsIn('ada@example.com', laptop));
    const merge = await lastMerge((await ada()).id);
    await happens(event(['profile.signedOut'], laptop, { level: 3 }), view('hat', laptop));
    const stranger = await byDevice(laptop);
    await profiles.unmerge((await ada()).id, merge.id);

    expect((await byDevice(laptop)).id).toBe(stranger.id);
    expect((await profiles.get(merge.from))!.state.viewed).toEqual([]);
    expect((await ada()).state.viewed).toEqual([]);
  });

  it('says which merge is unknown, and which has to be undone first', async () => {
    const crm = { namespace: 'crm', id: '7' };
    const missing = '01900000-0000-7000-8000-000000000001';
    await expect(profiles.unmerge(missing, missing)).rejects.toMatchObject({ code: 'PROFILE_MERGE_UNKNOWN' });
    await happens(add('a', phone), add('b', laptop));
    await happens(
      event(['profile.asserted'], phone, {
        level: 3,
        identities: [phone, laptop].map((id) => ({ namespace: 'ecid', id })),
      }),
    );
    const first = await lastMerge((await byDevice(phone)).id);
    await happens(event(['profile.asserted'], null, { level: 3, identities: [crm], visitor: 'crm:7' }));
    await happens(
      event(['profile.asserted'], phone, { level: 3, identities: [crm, { namespace: 'ecid', id: phone }] }),
    );
    await expect(profiles.unmerge((await byDevice(phone)).id, first.id)).rejects.toMatchObject({
      code: 'PROFILE_MERGE_NOT_LAST',
    });
    await profiles.unmerge((await byDevice(phone)).id, (await lastMerge((await byDevice(phone)).id)).id);
    await profiles.unmerge((await byDevice(phone)).id, first.id);
    expect((await byDevice(phone)).id).not.toBe((await byDevice(laptop)).id);
    await expect(profiles.unmerge((await byDevice(phone)).id, first.id)).rejects.toMatchObject({
      code: 'PROFILE_MERGE_UNKNOWN',
    });
  });

  it('restores both exactly, whatever they had done before (property)', async () => {
    const step = record({
      what: constantFrom('add', 'view', 'remove'),
      item: constantFrom('coat', 'scarf', 'hat'),
      who: constantFrom(phone, laptop),
      pause: integer({ min: 0, max: 40 }),
    });
    const types = {
      add: 'commerce.productListAdds',
      view: 'commerce.productViews',
      remove: 'commerce.productListRemovals',
    };
    let round = 0;
    await assert(
      asyncProperty(array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
        round++;
        const device = (id: string) => id.slice(0, 30) + String(round).padStart(8, '0');
        const email = `ada${round}@example.com`;
        await happens(signsIn(email, device(phone)), view('first', device(laptop)));
        for (const { what, item, who, pause } of steps) {
          clock.advance(pause * minute);
          await happens(
            event([types[what as keyof typeof types]], device(who), { items: [{ id: item, quantity: 1 }] }),
          );
        }
        const person = (await profiles.find({ namespace: 'email', id: email }))!;
        const other = await byDevice(device(laptop));
        await happens(signsIn(email, device(laptop)));
        await profiles.unmerge(person.id, (await lastMerge(person.id)).id);
        const [into, from] = [(await profiles.get(person.id))!, (await profiles.get(other.id))!];
        const calm = (state: ProfileState) => ({
          ...shown(state),
          visiting: null,
          visit: null,
          moves: null,
          itemScores: null,
        });
        expect(calm(from.state)).toEqual(calm(other.state));
        expect(calm({ ...into.state, lastSeenAt: 0 })).toEqual(calm({ ...person.state, lastSeenAt: 0 }));
      }),
      { numRuns: 15 },
    );
  });
});

describe('claims', () => {
  const claims = (names: string[], more: Partial<ShopEvent> = {}) =>
    event(['web.webpagedetails.pageViews'], phone, {
      level: 1,
      claims: names.map((id) => ({ namespace: 'email_lc_sha256', id })),
      ...more,
    });

  it('of one device are three names a day; more raise the alarm and are not kept (trust row 78)', async () => {
    await happens(...Array.from({ length: 50 }, (_, i) => claims([`hash-${i}`])));
    const { id } = await byDevice(phone);
    expect((await profiles.storyOf(id)).claims.map((claim) => claim.id).sort()).toEqual(['hash-0', 'hash-1', 'hash-2']);
    expect(alarms).toBeGreaterThan(0);
    expect([await profiles.claimantsSince(start), await profiles.claimantsSince(clock.now() + 1)]).toEqual([1, 0]);
    clock.advance(24 * 60 * minute);
    await happens(claims(['hash-50']));
    expect((await profiles.storyOf(id)).claims).toHaveLength(4);
  });

  it('are counted once however often they are repeated, and lead nowhere (trust row 75)', async () => {
    await happens(signsIn('ada@example.com', laptop), add('coat', laptop));
    await happens(...Array.from({ length: 5 }, () => claims(['hash-of-ada'])));
    const stranger = await byDevice(phone);
    expect((await profiles.storyOf(stranger.id)).claims).toHaveLength(1);
    expect(stranger.id).not.toBe((await ada()).id);
    expect([stranger.state.cart, stranger.state.email, alarms]).toEqual([null, null, 0]);
  });
});

describe('where it came from', () => {
  it('tells identities, merges and consents with their proof', async () => {
    await happens(
      add('coat', laptop),
      signsIn('ada@example.com', null, {
        consent: { 'email-marketing': 'pending' },
        proof: {
          basis: 'consent',
          wording: 'Yes, write to me',
          place: 'https://shop.example/news',
          ipPrefix: '192.0.2',
        },
      }),
      signsIn('ada@example.com', laptop, { consent: { 'email-marketing': 'in' } }),
    );
    const { id } = await ada();
    const story = await profiles.storyOf(id);
    expect(story.identities.map(({ namespace, level, source }) => [namespace, level, source])).toEqual([
      ['ecid', 0, 'edge:demo'],
      ['email', 3, 'server'],
    ]);
    expect(story.merges).toMatchObject([{ source: 'server', identities: [{ namespace: 'ecid', id: laptop }] }]);
    expect(story.consents).toMatchObject([
      { purpose: 'email-marketing', channel: 'email', state: 'in', level: 3 },
      {
        state: 'pending',
        basis: 'consent',
        wording: 'Yes, write to me',
        proof: { page: 'https://shop.example/news', ipPrefix: '192.0.2' },
      },
    ]);
  });

  it('keeps the consent of a profile that became part of another', async () => {
    await happens(
      event(['profile.consent'], laptop, { consent: { collect: 'in' } }),
      signsIn('ada@example.com', phone),
      signsIn('ada@example.com', laptop),
    );
    const { consents } = await profiles.storyOf((await ada()).id);
    expect(consents).toMatchObject([{ purpose: 'collect', channel: 'web', state: 'in' }]);
  });
});
