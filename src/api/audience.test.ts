import type { FastifyInstance } from 'fastify';
import { array, assert, asyncProperty, oneof, string, stringMatching } from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SeededRandom, UuidIds } from '../base/index.ts';
import { emptyLog, EventLog, migrations as eventMigrations, type ShopEvent } from '../event/index.ts';
import { emptyProfiles, migrations as profileMigrations, Profiles, type Fact } from '../profile/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { fakeHouse, readKey, secretKey, startedAt } from '../../test/support/house.ts';
import { audienceDoor } from './audience-door.ts';
import { cellIn, csvLine } from './csv-out.ts';
import { csvRecords } from './csv-stream.ts';
import { buildServer } from './server.ts';

let store: Store;
let app: FastifyInstance;
let profiles: Profiles;
let log: EventLog;
let told: Fact[];
const device = '1'.repeat(38);

beforeAll(async () => {
  store = await freshStore([...eventMigrations, ...profileMigrations]);
});

beforeEach(async () => {
  await Promise.all([emptyLog(store), emptyProfiles(store)]);
  await store.run({ text: 'delete from audience' });
  const house = fakeHouse();
  const ids = new UuidIds(house.clock, new SeededRandom(7));
  log = new EventLog({ store, ids });
  profiles = new Profiles({ store, clock: house.clock, ids, log, onMerge: async () => {} });
  told = [];
  house.audiences = audienceDoor({
    store,
    audiences: profiles.audiences,
    tell: async (_tx, { facts }) => void told.push(...facts),
  });
  app = await buildServer(house);
  await store.inTransaction(async (tx) => {
    const events = [
      person(1, 'ada@example.com', '=HYPERLINK("http://evil")'),
      person(2, 'bob@example.com', 'Bob'),
      visitor(),
    ];
    await profiles.fold(
      tx,
      events.map((event) => ({ shard: 0, event })),
    );
  });
});

function event(no: number, more: Partial<ShopEvent>): ShopEvent {
  return {
    id: `e${no}`,
    source: 'server',
    types: ['profile.asserted'],
    happenedAt: startedAt,
    receivedAt: startedAt,
    level: 3,
    visitor: `email:${no}`,
    identities: [],
    ...more,
  };
}

function person(no: number, email: string, firstName: string): ShopEvent {
  return event(no, {
    visitor: `email:${email}`,
    identities: [{ namespace: 'email', id: email }],
    attributes: { firstName },
  });
}

function visitor(): ShopEvent {
  const identities = [{ namespace: 'ecid', id: device }];
  return event(3, {
    types: ['web.webpagedetails.pageViews'],
    source: 'edge:demo',
    level: 0,
    visitor: `ecid:${device}`,
    identities,
  });
}

async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown, key = secretKey) {
  return app.inject({
    method,
    url: `/v1${url}`,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

describe('the doors of audiences', () => {
  it('make, show, list and remove one, with its live size', async () => {
    const made = await call('PUT', '/audiences/known', { name: 'Known', rule: 'profile.email is not null' });
    expect(made.json()).toMatchObject({
      key: 'known',
      kind: 'rule',
      state: 'building',
      size: 0,
      build: { step: 'members' },
    });
    await profiles.audiences.builds.finish();
    expect((await call('GET', '/audiences/known', undefined, readKey)).json()).toMatchObject({
      state: 'ready',
      build: null,
      size: 2,
    });
    expect((await call('GET', '/audiences')).json()).toMatchObject({ audiences: [{ key: 'known', size: 2 }] });
    expect((await call('POST', '/audiences/known/rebuild')).json()).toMatchObject({
      state: 'ready',
      build: { step: 'members' },
    });
    expect((await call('DELETE', '/audiences/known')).json()).toEqual({ removed: true });
    expect((await call('DELETE', '/audiences/known')).json()).toMatchObject({ code: 'AUDIENCE_UNKNOWN', status: 404 });
  });

  it('tell of a fault in the rule with line and column, also in a preview', async () => {
    const rule = 'profile.reachable\n  and profile.emial = "x"';
    for (const answer of [
      await call('PUT', '/audiences/a', { rule }),
      await call('POST', '/audiences/preview', { rule }),
    ])
      expect(answer.json()).toMatchObject({ status: 422, code: 'AUDIENCE_INVALID', where: 'line 2, column 7' });
    expect((await call('POST', '/audiences/preview', { rule: 'profile.visits >' })).json()).toMatchObject({
      code: 'LANGUAGE_SYNTAX',
    });
  });

  it('tell what rules can look into, as the last events and people really had it', async () => {
    await log.receive([
      event(9, {
        types: ['commerce.purchases'],
        items: [{ id: 'coat-1', quantity: 2, priceMinor: 4990, currency: 'EUR' }],
        order: { id: 'o1', totalMinor: 9980, currency: 'EUR' },
        data: { 'gift card': true },
      }),
      event(10, { types: ['commerce.productViews'], bot: true }),
    ]);
    const { events, people, profile } = (await call('GET', '/language/fields')).json();

    expect(events).toMatchObject([{ type: 'commerce.purchases', count: 1 }]);
    expect(events[0].fields).toEqual(
      expect.arrayContaining([
        { path: 'event.order.total', kind: 'number', sample: '99.8', seen: 1 },
        { path: 'event.data.`gift card`', kind: 'flag', sample: 'true', seen: 1 },
        { path: 'item.price', kind: 'number', sample: '49.9', seen: 1 },
      ]),
    );
    expect(people).toBe(3);
    expect(profile).toEqual(
      expect.arrayContaining([{ path: 'profile.reachable', kind: 'flag', sample: 'false', seen: 3 }]),
    );
  });

  it('preview without saving, and page through members', async () => {
    const seen = await call('POST', '/audiences/preview', { rule: 'profile.email is not null', limit: 1 });
    expect(seen.json()).toMatchObject({ size: 2, exact: true, sample: [{ email: 'ada@example.com' }] });
    await call('PUT', '/audiences/all', { rule: 'true' });
    await profiles.audiences.builds.finish();
    const emails: (string | null)[] = [];
    for (let next: string | null = ''; next !== null;) {
      const answer = await call('GET', `/audiences/all/members?limit=1${next === '' ? '' : `&after=${next}`}`);
      const page: { members: { email: string | null }[]; next: string | null } = answer.json();
      emails.push(...page.members.map(({ email }) => email));
      next = page.next;
    }
    expect(emails).toEqual(['ada@example.com', 'bob@example.com', null]);
    expect((await call('GET', '/audiences/all/members', undefined, readKey)).statusCode).toBe(403);
    expect((await call('GET', '/audiences/all/members?after=x')).statusCode).toBe(400);
  });

  it('give members as a table that no spreadsheet runs, and read it again (trust row 96)', async () => {
    await call('PUT', '/audiences/all', { rule: 'true' });
    await profiles.audiences.builds.finish();
    const table = await call('GET', '/audiences/all/members.csv');
    expect(table.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(table.body.split('\r\n')).toHaveLength(5);
    expect(table.body).toContain(`"'=HYPERLINK(""http://evil"")"`);
    await call('PUT', '/audiences/list', { name: 'By hand' });
    const report = await call('POST', '/audiences/list/members', table.body);
    expect(report.json()).toMatchObject({ rows: 3, changed: 3, refused: 0, columns: { used: ['id', 'email'] } });
    expect((await call('GET', '/audiences/list')).json()).toMatchObject({ kind: 'list', size: 3, state: 'ready' });
  });

  it('put people into a list by any name, tell journeys, and say whom nobody knows (journeys U2, U4)', async () => {
    await call('PUT', '/audiences/list', {});
    const file = `email;ecid\nADA@example.com;\n;${device}\nnobody@example.com;\n;\n`;
    const report = await call('POST', '/audiences/list/members', file);
    expect(report.json()).toMatchObject({
      rows: 4,
      changed: 2,
      refused: 2,
      faults: expect.arrayContaining([
        { line: 4, code: 'API_INPUT_INVALID', why: 'nobody is known by email "nobody@example.com"' },
        { line: 5, code: 'API_INPUT_INVALID', why: 'nothing in this row says who it is' },
      ]),
    });
    expect((await call('POST', '/audiences/list/members', file)).json()).toMatchObject({ changed: 0 });
    expect(told.map(({ name }) => name)).toEqual(['audience.entered', 'audience.entered']);
    expect((await call('POST', '/audiences/list/members?how=remove', 'email\nada@example.com')).json()).toMatchObject({
      changed: 1,
    });
    expect(told.at(-1)).toMatchObject({ name: 'audience.left', data: { audience: 'list' } });
    expect((await call('POST', '/audiences/list/members?how=drop', 'email\na')).statusCode).toBe(400);
    expect((await call('POST', '/audiences/list/members', 'colour of eyes\nred')).statusCode).toBe(400);
  });

  it('take nobody by hand into an audience with a rule', async () => {
    await call('PUT', '/audiences/all', { rule: 'true' });
    expect((await call('POST', '/audiences/all/members', 'email\nada@example.com')).json()).toMatchObject({
      code: 'AUDIENCE_INVALID',
    });
  });
});

describe('csvLine()', () => {
  it('gives no cell that begins like a formula, and loses nothing (property)', async () => {
    const cell = oneof(string(), stringMatching(/^["' ]*[=+\-@\t\r].{0,5}$/));
    await assert(
      asyncProperty(array(cell, { minLength: 2, maxLength: 4 }), async (cells) => {
        const whole = cells.map((text) => text.replace(/[\ud800-\udfff]/g, ''));
        const text = csvLine(['first', ...whole.slice(1).map(() => 'x')]) + csvLine(whole);
        const records = [];
        for await (const record of csvRecords(toBytes(text))) records.push(record);
        for (const one of records.at(-1)?.cells ?? []) expect(one).not.toMatch(/^[\s"]*[=+\-@]/);
        if (records.length === 2) expect(records[1]!.cells.map(cellIn)).toEqual(whole);
      }),
    );
  });
});

async function* toBytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
