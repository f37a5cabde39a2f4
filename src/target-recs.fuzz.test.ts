import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { change, changed } from '../test/support/odd.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { readSettings } from './settings.ts';

vi.setConfig({ testTimeout: 600_000 }); // many runs on request: BECKON_FUZZ
/** The whole house, asked in Target's words that are right but for one place. */
let rooms: Rooms;
let doors: Doors;

beforeAll(async () => {
  const store = await freshStore(migrations);
  const settings = readSettings(['--no-demo', '--smtp', 'smtp://127.0.0.1:9'], {
    BECKON_FROM: 'Shop <shop@shop.example>',
    BECKON_POSTAL_ADDRESS: 'Street 1, Town',
  });
  rooms = await joinRooms({ ...settings, secret: 's'.repeat(40), databaseUrl: store.url }, { store, log: quietLog });
  doors = await openDoors(rooms);
});
afterAll(() => doors.close());

const matcher = {
  attribute: 'brand',
  operation: 'equals',
  source: { name: 'brand', type: 'ENTITY', defaultValue: 'x' },
};
const simple = { type: 'simple', queryFields: ['name'], operator: 'contains', matchValue: 'coat' };

const named = { name: 'Odd', criteriaTitle: 'T', backupDisabled: false, partialDesignAllowed: true };

/** A right body for each path. */
const bodies: Record<string, object> = {
  '/entities': {
    entities: [
      {
        id: 'i1',
        name: 'Coat',
        categories: ['coats'],
        environment: 4,
        attributes: { value: 1.5, inventory: 4, a: '["x"]' },
      },
    ],
  },
  '/catalogsearch': {
    meta: { environmentId: 4, limit: 10, start: 1, displayFields: ['id', 'category'] },
    query: { type: 'compound', joinOperator: 'AND', filters: [simple, { ...simple, operator: 'gt', matchValue: 4 }] },
  },
  '/collections': {
    name: 'Coats',
    description: 'x',
    rules: [{ category: { startsWith: ['coats'] } }, { value: { 'less than': ['9'] } }],
  },
  '/exclusions': { name: 'Hiking', rule: { name: { contains: 'hiking' } } },
  '/promotions': {
    name: 'P',
    key: 'CURRENT',
    schedule: { start: '2026-12-01T00:00:00Z', end: '2027-01-01T00:00:00Z' },
    order: { type: 'RANDOM' },
    rules: [matcher],
  },
  '/designs': { name: 'Row', type: 'JSON', script: '{"a": "$entity1.name"}' },
  '/designs/validate': { name: 'Row', type: 'HTML', script: '<b>$entity2.name</b>' },
  '/criteria/cart': {
    ...named,
    daysCount: 'TWO_WEEKS',
    modelActionSettings: {
      actionOnKeyItems: 'VIEW',
      actionOnRecommendedItems: 'PURCHASE',
      basisForCoOccurrence: 'USER',
    },
    configuration: { inclusionRulesKey: 'LAST_VIEWED', inclusionRules: [matcher], datasource: 'mboxes' },
  },
  '/criteria/item': {
    ...named,
    daysCount: 'ONE_WEEK',
    key: 'LAST_VIEWED',
    type: 'BOUGHT_CF',
    aggregation: 'AGGREGATE',
    configuration: {
      pastBehaviorOrdinal: 2,
      rankingRules: [{ matcher, weighting: 3 }],
      priceRange: { min: 1, max: 9 },
    },
  },
  '/criteria/popularity': {
    ...named,
    type: 'VIEWED',
    configuration: { grouping: { type: 'SEQUENTIAL', attributes: ['profile.a', 'profile.b'] } },
  },
  '/criteria/custom': {
    ...named,
    key: 'CURRENT',
    configuration: { feed: { scheduleType: 'never', connection: { type: 'url', attributes: { URL: 'list:a' } } } },
  },
  '/criteria/sequence': { ...named, sequence: [{ id: 1, slotCount: 2 }] },
};
const seed = Number(process.env['BECKON_FUZZ_SEED'] ?? 20261130);
const numRuns = Number(process.env['BECKON_FUZZ'] ?? 250);

async function call(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown>; text: string }> {
  const headers = { 'content-type': 'application/vnd.adobe.target.v1+json', host: 'localhost' };
  const sent = { method: method as 'GET', url: `/acme/target/recs${path}`, headers, timeoutMs: 20_000 };
  const answer = await doors.callOwn({ ...sent, body: body === undefined ? null : JSON.stringify(body) });
  return {
    status: answer.status,
    body: JSON.parse(answer.text) as Record<string, unknown>,
    text: answer.text.slice(0, 300),
  };
}

it('no body fails, and what was taken can be read, listed, sent again unchanged, and taken away', async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(bodies)), change, async (path, { pick, value, drop }) => {
      const sent = changed(bodies[path], pick, value, drop);
      const answer = await call('POST', path, sent);
      expect([path, answer.status < 500, answer.text]).toEqual([path, true, answer.text]);
      if (answer.status >= 300)
        expect(answer.body['errors']).toEqual([expect.objectContaining({ key: expect.any(String) as string })]);
      const { id } = answer.body;
      if (answer.status !== 201 || typeof id !== 'number') return;
      made++;
      expect((await call('GET', `${path}/${id}`)).body).toEqual(answer.body);
      expect((await call('GET', path)).body).toMatchObject({
        list: expect.arrayContaining([answer.body]) as unknown[],
      });
      const again = await call('PUT', `${path}/${id}`, answer.body);
      expect(again.body).toMatchObject({ ...answer.body, lastModified: expect.any(String) as string });
      expect((await call('DELETE', `${path}/${id}`)).status).toBe(200);
    }),
    { numRuns, seed, endOnFailure: true },
  );
  expect(made).toBeGreaterThan(numRuns / 25);
});

it('no address fails', async () => {
  const part = fc.oneof(
    fc.constantFrom(
      '0',
      '-1',
      '1e9',
      'null',
      '__proto__',
      'constructor',
      '%00',
      '%ff',
      'a%2Fb',
      '99999999999999999999',
    ),
    fc
      .string({ unit: 'binary', maxLength: 20 })
      .filter((text) => !/\p{Surrogate}/u.test(text))
      .map(encodeURIComponent),
  );
  const name = fc.constantFrom(
    'offset',
    'limit',
    'orderby',
    'name',
    'includeScript',
    'environmentId',
    'ids',
    'environment',
    'x',
  );
  const query = fc
    .array(fc.tuple(name, part), { maxLength: 3 })
    .map((all) => all.map(([one, said]) => `${one}=${said}`).join('&'));
  const resource = fc.constantFrom(
    'entities',
    'collections',
    'exclusions',
    'promotions',
    'designs',
    'criteria',
    'criteria/item',
    'nothing',
  );
  await fc.assert(
    fc.asyncProperty(
      resource,
      fc.option(part),
      query,
      fc.constantFrom('GET', 'DELETE'),
      async (plural, id, asked, method) => {
        const answer = await call(method, `/${plural}${id === null ? '' : `/${id}`}?${asked}`);
        expect([plural, id, asked, answer.status < 500]).toEqual([plural, id, asked, true]);
      },
    ),
    { numRuns, seed, endOnFailure: true },
  );
});
