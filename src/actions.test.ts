import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf } from '../test/crash/ground.ts';
import { freshDatabase, freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import type { ShopEvent } from './event/index.ts';
import { recipes, type JourneyDefinition, type Story } from './journey/index.ts';
import { readSettings } from './settings.ts';
import { Simulator } from './simulating.ts';
import type { Store } from './store/index.ts';

/** A service of the shop's own network. */
let server: Server;
let respond: () => { status: number; body: unknown } = () => ({ status: 200, body: {} });
const asked: { url: string; authorization: string | undefined }[] = [];
let store: Store;
let rooms: Rooms;
let doors: Doors;
let recs = '';
let count = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization });
    const { status, body } = respond();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  recs = `http://${host}/recs`;
  store = await freshStore(migrations);
  const given = readSettings([], { BECKON_ALLOWED_HOSTS: host });
  const settings = { ...given, secret: 's'.repeat(40), demo: false, databaseUrl: store.url };
  rooms = await joinRooms(settings, { store, log: quietLog });
  doors = await openDoors(rooms);
  rooms.slots.callOwn = doors.callAsJourney;
  await rooms.catalog.upsert(
    ['coat', 'hat', 'scarf'].map((id) => ({ id, name: id, price: 20, currency: 'EUR', stock: 3, url: `/p/${id}` })),
  );
});
afterAll(async () => {
  await doors.close();
  server.closeAllConnections();
  server.close();
});

/** What is read of answers here. */
interface Answer {
  detail?: string;
  services?: { service: string }[];
  secrets?: unknown;
}

async function ask(method: string, url: string, body?: unknown): Promise<{ status: number; body: Answer }> {
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const text = body === undefined ? null : JSON.stringify(body);
  const answer = await doors.callOwn({ method: method as 'GET', url, headers, body: text, timeoutMs: 9000 });
  return { status: answer.status, body: JSON.parse(answer.text) as Answer };
}

const plain = (key: string, action: object): JourneyDefinition =>
  ({
    key,
    name: key,
    entry: { kind: 'event', event: `wants.${key}` },
    start: 'ask',
    activities: {
      ask: {
        kind: 'action',
        name: 'Recs',
        method: 'POST',
        url: recs,
        retries: 0,
        next: 'done',
        onError: 'failed',
        ...action,
      },
      done: { kind: 'end', label: 'Done' },
      failed: { kind: 'end', label: 'Failed' },
    },
  }) as JourneyDefinition;
async function live(key: string, action: object): Promise<void> {
  expect(await ask('PUT', `/v1/journeys/${key}`, plain(key, action))).toMatchObject({ status: 200 });
  expect(await ask('POST', `/v1/journeys/${key}/publish`)).toMatchObject({ status: 200 });
}
const wants = (key: string, person: number): ShopEvent => {
  const [at, ecid] = [rooms.clock.now(), String(person).padStart(38, '7')];
  const who = { visitor: `ecid:${ecid}`, identities: [{ namespace: 'ecid', id: ecid }] };
  const when = { happenedAt: at, receivedAt: at, level: 0 as const };
  return { id: `e${++count}`, source: 'edge:demo', types: [`wants.${key}`], ...when, ...who, items: [{ id: 'coat' }] };
};
async function come(key: string, people: number): Promise<void> {
  await rooms.events.receive(Array.from({ length: people }, (_, i) => wants(key, i + 1)));
  await rooms.pulse.settle();
}
const ends = async (key: string) =>
  (
    await store.rows<{ end: string }>({
      text: 'select end_reason as "end" from journey_run where journey = $1 order by end_reason',
      values: [key],
    })
  ).map(({ end }) => end);

describe('secrets, through their doors (trust §3.8)', () => {
  it('are made, named by journeys, shown to the service, told to nobody, and kept while they are named', async () => {
    expect(
      await ask(
        'PUT',
        '/v1/journeys/sealed',
        plain('sealed', { headers: { authorization: 'Bearer {{secret.recs}}' } }),
      ),
    ).toMatchObject({ status: 200 });
    const refused = await ask('POST', '/v1/journeys/sealed/publish');
    expect(refused).toMatchObject({ status: 422, body: { code: 'JOURNEY_INVALID' } });
    expect(refused.body.detail).toContain('There is no secret "recs"');
    expect(await ask('PUT', '/v1/secrets/recs', { value: 'sk-4711-live' })).toMatchObject({
      status: 200,
      body: { name: 'recs' },
    });
    expect(await ask('POST', '/v1/journeys/sealed/publish')).toMatchObject({ status: 200 });
    respond = () => ({ status: 200, body: { echo: 'you sent sk-4711-live' } });
    await come('sealed', 1);
    expect(asked.at(-1)!.authorization).toBe('Bearer sk-4711-live');
    const list = await ask('GET', '/v1/secrets');
    expect(list.body.secrets).toMatchObject([{ name: 'recs', usedBy: ['sealed'], rotatedAt: null }]);
    const profile = (await rooms.profiles.find({ namespace: 'ecid', id: '1'.padStart(38, '7') }))!;
    const told = JSON.stringify([
      list,
      await rooms.runner.exportFor(profile.id),
      await rooms.measure.timeline(profile.id, { before: null, limit: 50 }),
    ]);
    expect(told).toContain('sealed');
    expect(told).not.toContain('4711');
    expect(await ask('DELETE', '/v1/secrets/recs')).toMatchObject({ status: 409, body: { code: 'SECRET_IN_USE' } });
    expect(await ask('DELETE', '/v1/secrets/none')).toMatchObject({ status: 404 });
    expect(await ask('PUT', '/v1/secrets/no-name', { value: 'x' })).toMatchObject({ status: 422 });
  });
});

describe('a service that is down (trust row 65)', () => {
  it('is told with how many wait, and can be said to be well again', async () => {
    await live('down', {});
    respond = () => ({ status: 503, body: {} });
    await come('down', 7);
    await come('down', 2);
    const [service] = (await ask('GET', '/v1/services')).body.services!.filter((one) => one.service === 'down/ask');
    expect(service).toMatchObject({
      state: 'down',
      waiting: 2,
      lastFailure: { status: 'http_503' },
      actions: [{ journey: 'down', activity: 'ask' }],
    });
    respond = () => ({ status: 200, body: {} });
    expect(await ask('POST', '/v1/services/down%2Fask/up')).toEqual({ status: 200, body: { wasDown: true } });
    await rooms.pulse.advance(rooms.clock as never, 120_000);
    expect(await ends('down')).toEqual(['Done', 'Done', ...Array.from({ length: 7 }, () => 'Failed')]);
    expect(await ask('POST', '/v1/services/none/up')).toMatchObject({ status: 404 });
  });
});

describe('a test of an action (journeys C15)', () => {
  it('asks our own service for one person, and refuses what could not be saved', async () => {
    const own = { url: '/v1/recommendations', body: { criterion: 'popular', profileId: '=profile.id', limit: 2 } };
    await ask('PUT', '/v1/journeys/tried', plain('tried', own));
    await come('tried', 1);
    const { id: profileId } = (await rooms.profiles.find({ namespace: 'ecid', id: '1'.padStart(38, '7') }))!;
    const door = '/v1/journeys/tried/actions/ask/test';
    expect(await ask('POST', door, { profileId })).toMatchObject({
      status: 200,
      body: {
        ok: true,
        status: 'http_200',
        request: { url: '/v1/recommendations' },
        kept: { jo_status_code: 'http_200' },
      },
    });
    const unsaved = plain('tried', { ...own, method: 'PUT', timeout: 'PT9M' }).activities['ask'];
    const wrong = await ask('POST', door, { profileId, action: unsaved });
    expect(wrong).toMatchObject({ status: 422, body: { code: 'JOURNEY_INVALID' } });
    expect(wrong.body.detail).toContain('activities.ask.timeout');
    const dry = plain('tried', { ...own, url: 'https://recs.example.com/{{profile.id}}' }).activities['ask'];
    expect(await ask('POST', door, { profileId, action: dry, dry: true })).toMatchObject({
      body: { status: 'notSent', request: { url: `https://recs.example.com/${profileId}` } },
    });
    expect(await ask('POST', door, { profileId: 'nobody' })).toMatchObject({ status: 404 });
    expect(await ask('POST', '/v1/journeys/tried/actions/done/test', { profileId })).toMatchObject({ status: 404 });
  });
});

describe('what an action may do at our own doors (trust §3.6)', () => {
  it('asks and reads; neither it nor its test gets whoever writes journeys any further, unless a key is shown', async () => {
    const keysMade = async () => (await rooms.keys.list()).length;
    const make = { url: '/v1/keys', body: { kind: 'secret', name: 'mine', scopes: ['*'] } };
    const before = await keysMade();
    await live('climbs', make);
    await come('climbs', 1);
    expect(await ends('climbs')).toEqual(['Failed']);
    const { id: profileId } = (await rooms.profiles.find({ namespace: 'ecid', id: '1'.padStart(38, '7') }))!;
    const door = '/v1/journeys/climbs/actions/ask/test';
    expect(await ask('POST', door, { profileId })).toMatchObject({ body: { ok: false, status: 'http_403' } });
    for (const action of [
      { url: '/v1/profiles', body: [{ identities: { email: 'a@example.com' } }] },
      { url: `/v1/people/${profileId}`, method: 'DELETE' },
      { url: '/v1/items', body: [] },
    ])
      expect(
        await ask('POST', door, { profileId, action: plain('climbs', action).activities['ask'] }),
        action.url,
      ).toMatchObject({ body: { ok: false } });
    expect(await keysMade()).toBe(before);

    const { key } = await rooms.keys.make({ kind: 'secret', name: 'for journeys', scopes: ['items'] });
    await ask('PUT', '/v1/secrets/items', { value: key });
    const shown = { url: '/v1/items', body: [], headers: { authorization: 'Bearer {{secret.items}}' } };
    const tried = await ask('POST', door, { profileId, action: plain('climbs', shown).activities['ask'] });
    expect(JSON.stringify(tried.body)).not.toContain('API_KEY_NOT_ENOUGH');
  });

  it('looks things up by their keys in our own catalogue, for conditions and mails (journeys A14)', async () => {
    const { activities, ...rest } = plain('looks', {
      method: 'GET',
      url: '/v1/items?ids={{event.items[0].id}},nothing,hat',
      next: 'dear',
    });
    const dear = {
      kind: 'condition',
      paths: [
        {
          label: 'Dear',
          when: 'context.journey.actions.Recs.items[0].price >= 20 and count(context.journey.actions.Recs.items) = 2',
          next: 'yes',
        },
      ],
      otherwise: 'done',
    };
    const looked = { ...rest, activities: { ...activities, dear, yes: { kind: 'end', label: 'Dear' } } };
    const put = await ask('PUT', '/v1/journeys/looks', looked);
    expect(put.status, put.body.detail).toBe(200);
    expect(await ask('POST', '/v1/journeys/looks/publish')).toMatchObject({ status: 200 });
    await come('looks', 1);
    expect(await ends('looks')).toEqual(['Dear']);
  });

  it('reads by the methods a service may want (journeys C3, §5 23)', async () => {
    const { id: profileId } = (await rooms.profiles.find({ namespace: 'ecid', id: '1'.padStart(38, '7') }))!;
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      const action = plain('tried', { method, body: { sku: 'coat' } }).activities['ask'];
      const door = '/v1/journeys/tried/actions/ask/test';
      expect(await ask('POST', door, { profileId, action }), method).toMatchObject({
        body: { ok: true, request: { method, body: method === 'GET' ? null : '{"sku":"coat"}' } },
      });
    }
  });
});

describe('many people in one call of our own service (journeys §5 17)', () => {
  it('asks once, and each gets what is theirs', async () => {
    const calls: string[] = [];
    rooms.slots.callOwn = (request) => (calls.push(request.url), doors.callAsJourney(request));
    await live('many', {
      url: '/v1/recommendations:batch',
      body: { criterion: 'recently-viewed', limit: 4, recipients: '=batch' },
      batch: { most: 50, each: { profileId: '=profile.id' }, answers: 'response.answers' },
    });
    await come('many', 12);
    expect(calls).toEqual(['/v1/recommendations:batch']);
    expect(await ends('many')).toEqual(Array.from({ length: 12 }, () => 'Done'));
    const rows = await store.rows<{ token: string }>({
      text: "select context#>>'{actions,Recs,trackingToken}' as token from journey_run where journey = 'many'",
    });
    expect(new Set(rows.map(({ token }) => token)).size, 'each answer is of its own').toBe(12);
  });
});

describe('a mail that waited through the night (journeys §5 19)', () => {
  it('shows what is true in the morning', async () => {
    const recipe = recipes().find(({ key }) => key === 'abandoned-cart')!;
    const recommend = { ...recipe.activities['recommend'], maxAge: 'PT15M' } as never;
    const story: Story = {
      name: 'Night',
      begins: '2026-11-24T18:00',
      lasts: 'P1D',
      items: ['coat', 'hat', 'scarf'].map((id) => ({
        id,
        name: id,
        price: 20,
        currency: 'EUR',
        stock: 3,
        url: `https://shop.example/p/${id}`,
        imageUrl: `https://shop.example/i/${id}.png`,
      })),
      people: { bo: { email: 'bo@example.com' } },
      happens: [
        { at: 'PT0S', who: 'bo', does: 'signs in' },
        { at: 'PT0S', who: 'bo', does: 'agrees' },
        { at: 'PT1M', who: 'bo', does: 'puts in the cart', items: ['coat'] },
      ],
      answers: { recommend: [{ body: answerOf(['coat'], ['hat']) }, { body: answerOf(['coat'], ['scarf']) }] },
      expect: { bo: { mails: [{ journey: recipe.key, shows: ['scarf'] }], ends: { [recipe.key]: 'Reminded' } } },
    };
    const settings = { ...readSettings([], {}), secret: 's'.repeat(40) };
    const simulator = new Simulator({ settings, databaseUrl: await freshDatabase(), log: quietLog });
    const told = await simulator.tell(story, [{ ...recipe, activities: { ...recipe.activities, recommend } }]);
    expect(told.misses).toEqual([]);
    expect(told.people['bo']!.mails[0]!.items).not.toContain('hat');
    expect(told.people['bo']!.mails[0]!.at).toContain('T07:'); // 08:00 in Stockholm
  });
});
