import { beforeEach, describe, expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { Mark, quietLog, sha256 } from './base/index.ts';
import { privacyDoor } from './erasing.ts';
import type { ForgetLesson, ShopEvent } from './event/index.ts';
import type { Certificate, Lesson, Profile } from './profile/index.ts';
import { readSettings } from './settings.ts';
import type { Store } from './store/index.ts';

const device = '1'.repeat(38);
const other = '2'.repeat(38);
const address = 'Ada.Lovelace@example.com';
let store: Store;
let rooms: Rooms;
let count = 0;
/** So long ago, in milliseconds, what is made now came in. */
let back = 0;

beforeEach(async () => {
  store = await freshStore(migrations);
  rooms = await join();
});

function join(): Promise<Rooms> {
  const settings = {
    ...readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9'], {
      BECKON_FROM: 'Shop <shop@shop.example>',
      BECKON_POSTAL_ADDRESS: 'Street 1, Town',
    }),
    secret: 's'.repeat(40),
    leaseMs: 1,
  };
  return joinRooms(
    { ...settings, databaseUrl: store.url },
    {
      store,
      log: quietLog,
    },
  );
}

function event(types: string[], ecid: string, more: Partial<ShopEvent> = {}): ShopEvent {
  const now = rooms.clock.now() - back;
  return {
    id: `e${++count}`,
    source: 'edge:demo',
    types,
    happenedAt: now,
    receivedAt: now,
    level: 0,
    visitor: `ecid:${ecid}`,
    identities: [{ namespace: 'ecid', id: ecid }],
    ...more,
  };
}

/** Ada, known by two devices, one of which came by a merge; with a cart, an order, consent and runs. */
async function ada(): Promise<Profile> {
  const named = (ecid: string): Partial<ShopEvent> => ({
    level: 3,
    source: 'server',
    identities: [
      { namespace: 'email', id: address.toLowerCase() },
      { namespace: 'ecid', id: ecid },
    ],
  });
  await rooms.events.receive([
    event(['commerce.productViews'], other, { items: [{ id: 'watch' }] }),
    event(['profile.asserted'], device, {
      ...named(device),
      attributes: { email: address, firstName: 'Ada' },
      consent: { 'email-marketing': 'in' },
    }),
    event(['profile.asserted'], other, named(other)),
    event(['commerce.productListAdds'], device, { items: [{ id: 'coat' }] }),
    event(['commerce.purchases'], device, {
      ...named(device),
      items: [{ id: 'hat' }],
      order: { id: 'o1', totalMinor: 1000, currency: 'EUR' },
    }),
  ]);
  await rooms.folder.drain();
  return (await rooms.profiles.find({ namespace: 'email', id: address.toLowerCase() }))!;
}

/** Ada used a device and signed out; Bob has it since. */
async function shared(): Promise<{ profile: Profile; bobs: string[] }> {
  back = 3000;
  const profile = await ada();
  const view = (item: string) => event(['commerce.productViews'], device, { items: [{ id: item }] });
  back = 2500;
  await rooms.events.receive([view('secret-of-ada')]);
  back = 2000;
  await rooms.events.receive([event(['profile.signedOut'], device, { level: 3, source: 'server' })]);
  await rooms.folder.drain();
  back = 1000;
  const identities = [
    { namespace: 'email', id: 'bob@example.com' },
    { namespace: 'ecid', id: device },
  ];
  const bobs = [event(['profile.asserted'], device, { level: 3, source: 'server', identities }), view('secret-of-bob')];
  await rooms.events.receive(bobs);
  await rooms.folder.drain();
  back = 0;
  return { profile: (await rooms.profiles.get(profile.id))!, bobs: bobs.map(({ id }) => id) };
}

/** Where in the whole database a text still stands, as table names. */
async function tracesOf(...texts: string[]): Promise<string[]> {
  const tables = await store.rows<{ name: string }>({
    text: `select tablename as name from pg_tables where schemaname = 'public'`,
  });
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await store.rows({
      text: `select 1 from "${name}" t where ${texts.map((_, i) => `lower(t::text) like $${i + 1}`).join(' or ')} limit 1`,
      values: texts.map((text) => `%${text.toLowerCase()}%`),
    });
    if (rows.length > 0) found.push(name);
  }
  return found;
}

const feedRows = () => rooms.events.readFeed<Lesson | ForgetLesson>(new Map());

const finished = async ({ id }: Certificate) => (await rooms.erasures.certificate(id))!;

describe('erasing a person', () => {
  it('leaves no trace of address, devices and profile in any table, and a certificate that names nobody', async () => {
    const profile = await ada();
    expect((await tracesOf(address)).length).toBeGreaterThan(3);
    const asked = await rooms.erasures.request(profile);
    expect(asked).toMatchObject({ state: 'waiting', steps: [] });
    await rooms.erasures.work();

    expect(await tracesOf(address, device, other, profile.id, 'lovelace')).toEqual([]);
    const certificate = await finished(asked);
    expect([certificate.state, certificate.steps.map(({ room }) => room)]).toEqual([
      'done',
      ['suppression', 'journey', 'message', 'measure', 'activity', 'form', 'webhook', 'profile', 'event'],
    ]);
    expect(certificate.subject).toContain(rooms.erasures.hashOf(`id:${profile.id}`));
    expect(certificate.subject).toContain(rooms.erasures.hashOf(`ecid:${other}`));
    expect(await store.rows({ text: 'select 1 from job' })).toEqual([]);
  });

  it('keeps what the crowd did countable: the feed loses the person, not the views', async () => {
    const profile = await ada();
    const before = await feedRows();
    await rooms.erasures.request(profile);
    await rooms.erasures.work();
    const items = (rows: typeof before) =>
      rows.flatMap(({ lessons }) => lessons.flatMap((one) => ('i' in one ? [one.i] : []))).sort();
    expect(items(await feedRows())).toEqual(items(before));
  });

  it('tells who has read the feed already: in each shard, after the nameless rows, without a gap', async () => {
    const profile = await ada();
    const read = new Map((await feedRows()).map(({ shard, version }) => [shard, version]));
    await rooms.erasures.request(profile);
    await rooms.erasures.work();
    const told = (await feedRows()).filter(({ shard, version }) => version > (read.get(shard) ?? 0));
    const { low, high } = new Mark().of(profile.id);
    for (const { lessons } of told) expect(lessons).toContainEqual({ forget: [low, high] });
    for (const { shard, version } of told) expect(version).toBe((read.get(shard) ?? 0) + 1);
    expect(told.map(({ shard }) => shard)).toEqual(expect.arrayContaining([...read.keys()]));
  });

  it('leaves the lists of a process that learned of the person before, and of one that learns only now', async () => {
    const profile = await ada();
    const stranger = '7'.repeat(38);
    for (const ecid of [other, stranger]) {
      const views = ['lamp', ecid === other ? 'bulb' : 'shade'].map((id) => ({ items: [{ id }] }));
      await rooms.events.receive(views.map((more) => event(['commerce.productViews'], ecid, more)));
    }
    await rooms.folder.drain();
    await rooms.follower.catchUp();
    const besideLamp = ({ recommender: { engine } }: Rooms) =>
      engine
        .list(
          {
            kind: 'session',
            steps: [{ item: engine.items.find('lamp'), at: rooms.clock.now() }],
            now: rooms.clock.now(),
          },
          10,
          () => true,
        )
        .filter(({ by }) => by === 'session-neighbours')
        .map(({ item }) => engine.items.name(item))
        .filter((id) => ['bulb', 'shade'].includes(id));
    expect(besideLamp(rooms).sort()).toEqual(['bulb', 'shade']);

    await rooms.erasures.request(profile);
    await rooms.erasures.work();
    await rooms.follower.catchUp();
    expect(besideLamp(rooms)).toEqual(['shade']);
    const later = await join();
    await later.follower.catchUp();
    expect(besideLamp(later)).toEqual(['shade']);
    expect(later.recommender.learned).toBe(rooms.recommender.learned);
  });

  it('keeps the address unmailable by its keyed hash, also when it comes again with consent (trust §0 19)', async () => {
    await rooms.erasures.request(await ada());
    await rooms.erasures.work();
    const again = await ada();
    expect(again.state.consent['email-marketing']!.state).toBe('in');
    const rows = await store.rows<{ scope: string; reason: string }>({ text: 'select scope, reason from suppression' });
    expect(rows).toEqual([{ scope: 'all', reason: 'erased' }]);
  });

  it('goes on with the next room after a crash between any two (trust row 105)', async () => {
    const profile = await ada();
    const asked = await rooms.erasures.request(profile);
    const planned = ['suppression', 'journey', 'message', 'measure', 'activity', 'form', 'webhook', 'profile', 'event'];
    const again = () => store.run({ text: `update job set lease_until = null, due = now() - interval '1 day'` });
    for (const place of ['journey', 'message', 'measure', 'event']) {
      // Another process takes over, and dies in this room with its transaction open.
      const dying = await join();
      dyingRoom(dying, place).forget = () => Promise.reject(new Error('killed'));
      await again();
      await dying.erasures.work();
      expect((await finished(asked)).steps.map(({ room }) => room)).toEqual(planned.slice(0, planned.indexOf(place)));
    }
    await again();
    await rooms.erasures.work();
    expect((await finished(asked)).steps.map(({ room }) => room)).toEqual(planned);
    expect(await tracesOf(address, device, other, profile.id)).toEqual([]);
  });

  it('finds what she did on a device that is another’s by now, and leaves that one’s alone (shared devices)', async () => {
    const { profile, bobs } = await shared();
    const asked = await rooms.erasures.request(profile);
    await rooms.erasures.work();
    expect(await tracesOf(address, profile.id, 'lovelace')).toEqual([]);
    expect((await finished(asked)).subject).toContain(rooms.erasures.hashOf(`ecid:${device}`));
    const left = await rooms.events.exportFor([`ecid:${device}`]);
    expect(left.map(({ id, types }) => (types.includes('profile.signedOut') ? 'sign-out' : id))).toEqual([
      'sign-out',
      ...bobs,
    ]);
    const bob = (await rooms.profiles.find({ namespace: 'email', id: 'bob@example.com' }))!;
    expect(bob.state.viewed.map(({ item }) => item)).toEqual(['secret-of-bob']);
  });

  it('takes her name out of what browsers of others claimed, and leaves what they did', async () => {
    const stranger = '9'.repeat(38);
    const hash = sha256(address.toLowerCase());
    const number = { namespace: 'crm', id: '77' };
    const claims = [{ namespace: 'email_lc_sha256', id: hash }, number];
    const claimed = event(['commerce.productViews'], stranger, { level: 1, claims, items: [{ id: 'hat' }] });
    await rooms.events.receive([claimed]);
    const profile = await ada();
    expect(await tracesOf(hash)).toEqual(expect.arrayContaining(['event', 'identity_claim']));
    await rooms.erasures.request(profile);
    await rooms.erasures.work();
    expect(await tracesOf(hash)).toEqual([]);
    expect(await rooms.events.exportFor([`ecid:${stranger}`])).toMatchObject([{ id: claimed.id, claims: [number] }]);
  });

  it('spares everybody else', async () => {
    const third = '3'.repeat(38);
    await rooms.events.receive([event(['commerce.productListAdds'], third, { items: [{ id: 'coat' }] })]);
    await rooms.erasures.request(await ada());
    await rooms.erasures.work();
    const spared = (await rooms.profiles.find({ namespace: 'ecid', id: third }))!;
    expect(spared.state.cart!.lines).toHaveLength(1);
    expect(await rooms.events.exportFor([`ecid:${third}`])).toHaveLength(1);
  });
});

function dyingRoom(dying: Rooms, name: string): { forget: (...given: never[]) => Promise<unknown> } {
  const found = { journey: dying.runner, message: dying.messages, measure: dying.measure, event: dying.events }[name];
  if (!found) throw new Error(`No room ${name}`);
  return found;
}

describe('exporting a person', () => {
  it('tells what she did on a device while it was hers, and nothing of who has it now (shared devices)', async () => {
    const { profile } = await shared();
    const door = privacyDoor(rooms, async () => void (await rooms.folder.drain()));
    const text = JSON.stringify(await door.export(profile));
    expect(text).toContain('secret-of-ada');
    expect(text).not.toMatch(/secret-of-bob|bob@example/);
    const bob = (await rooms.profiles.find({ namespace: 'email', id: 'bob@example.com' }))!;
    const his = JSON.stringify(await door.export(bob));
    expect(his).toContain('secret-of-bob');
    expect(his).not.toMatch(/secret-of-ada|lovelace/i);
    const story = async (id: string) => JSON.stringify(await rooms.measure.timeline(id, { limit: 100 }));
    expect(await story(profile.id)).toMatch(/secret-of-ada/);
    expect(await story(profile.id)).not.toMatch(/secret-of-bob/);
    expect(await story(bob.id)).not.toMatch(/secret-of-ada/);
  });

  it('tells what every room knows, the past of merged profiles included', async () => {
    const profile = await ada();
    const door = privacyDoor(rooms, async () => void (await rooms.folder.drain()));
    const made = (await door.export(profile)) as { profile: { email: string }; rooms: Record<string, object> };
    expect(made.profile.email).toBe(address);
    expect(Object.keys(made.rooms)).toEqual([
      'profile',
      'event',
      'journey',
      'message',
      'measure',
      'activity',
      'form',
      'webhook',
    ]);
    const text = JSON.stringify(made.rooms);
    for (const known of [address, device, other, 'watch', 'o1', 'consent_record']) expect(text).toContain(known);
  });
});
