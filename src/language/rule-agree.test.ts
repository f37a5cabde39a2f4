import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { freshStore } from '../../test/support/database.ts';

import { historyOf, planRule } from './index.ts';
import type { History, HistoryEvent, Rule, RuleTables } from './index.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 23, 10);

/** Tables of the shape the log and the profiles have. */
const tablesSql = `
create table event (shard smallint not null, received_at timestamptz not null, id text not null, visitor text not null,
  happened_at timestamptz not null, body jsonb not null, primary key (shard, received_at, id));
create table profile (id text primary key, state jsonb not null, merged_into text);
create table identity (namespace text not null, id text not null, profile_id text not null, primary key (namespace, id));
`;

const tables: RuleTables = {
  profiles: {
    from: 'profile p',
    id: 'p.id',
    where: 'p.merged_into is null',
    view: ([first, ...rest]) => {
      if (first === 'unseen' || rest.length > 0) return null;
      if (first === 'lastSeenAt') return { sql: `p.state->'lastSeenAt'`, kind: 'moment' };
      return `p.state->'${first}'`;
    },
  },
  events: {
    from: `event e join identity i on e.visitor = i.namespace || ':' || i.id`,
    profile: 'i.profile_id',
    types: `(e.body->'types')`,
    at: 'e.happened_at',
    id: 'e.id',
    data: 'e.body',
  },
};

const texts = ['', 'a', 'b', 'ä', 'coat', 'Coat', '5', '\uE000', '\uFFFD', '😀', '😀a', '\u{10FFFF}', "it's", '[]'];
const numbers = [0, 1, 2, 3, -1, 0.1, 0.2, 0.3, 2.5, 100, 1e21, 1e-7, 149.9];
const scalar = fc.oneof(fc.constantFrom(...texts), fc.constantFrom(...numbers), fc.boolean(), fc.constant(null));
const anything = fc.oneof(
  { weight: 5, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.record({ x: scalar }) },
  { weight: 1, arbitrary: fc.array(fc.record({ x: scalar }), { maxLength: 2 }) },
);
const hoursAway = fc.integer({ min: -60, max: 12 });
const momentOrOdd = fc.oneof(
  { weight: 6, arbitrary: hoursAway.map((hours) => start + hours * hour) },
  { weight: 1, arbitrary: fc.constantFrom('2026-11-22T10:00:00Z', 'soon', true, 1e17, null) },
);
const profileData = fc.record(
  {
    a: anything,
    b: anything,
    list: fc.array(anything, { maxLength: 3 }),
    map: fc.record({ x: anything }),
    at: momentOrOdd,
    lastSeenAt: hoursAway.map((hours) => start + hours * hour),
    unseen: anything,
  },
  { requiredKeys: ['lastSeenAt'] },
);
const types = ['shop.viewed', 'shop.added', 'shop.bought'];
const item = fc.oneof(
  { weight: 6, arbitrary: fc.record({ id: fc.constantFrom('coat', 'hat'), price: anything }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: anything },
);
const eventData = fc.record(
  {
    total: anything,
    note: anything,
    order: fc.record({ total: fc.constantFrom(...numbers) }),
    items: fc.oneof({ weight: 4, arbitrary: fc.array(item, { maxLength: 3 }) }, { weight: 1, arbitrary: anything }),
  },
  { requiredKeys: [] },
);
const someTypes = fc.uniqueArray(fc.constantFrom(...types), { minLength: 1, maxLength: 2 });
const events = fc.array(fc.tuple(someTypes, hoursAway, eventData), { maxLength: 12 });

/** Rules as text. */
const literal = scalar.map((value) => JSON.stringify(value));
const path = fc.constantFrom(
  'profile.a',
  'profile.b',
  'profile.list',
  'profile.list[1]',
  'profile.list.length',
  'profile.map.x',
  'profile.map.x.x',
  'profile.a.x',
  'profile.unseen',
  'profile.`-1`',
  'profile.list.`-1`',
);
const within = fc.constantFrom('"P1D"', '"PT10H"', '"2 days"', '"1 hour"');
const eventPath = fc.constantFrom(
  'event.total',
  'event.note',
  'event.order.total',
  'event.at',
  'event.items[0].id',
  'event.types[0]',
);
const itemPath = fc.constantFrom('item.id', 'item.price', 'item', 'item.price.x');
const compareOp = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const line = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(' '));
const inside = fc.oneof(eventPath, itemPath);
const where: fc.Arbitrary<string> = fc.letrec<{ it: string }>((tie) => ({
  it: fc.oneof(
    { depthSize: 'small' },
    line(inside, compareOp, literal),
    line(inside, compareOp, inside),
    inside,
    inside.map((it) => `isEmpty(${it})`),
    inside.map((it) => `startsWith(${it}, "co")`),
    inside.map((it) => `upperCase(${it}) = "COAT"`),
    inside.map((it) => `${it} + 1 > 2`),
    inside.map((it) => `${it} in ["coat", 1, [1]]`),
    tie('it').map((it) => `not (${it})`),
    fc.tuple(tie('it'), fc.constantFrom('and', 'or'), tie('it')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
  ),
})).it;
const since = fc.oneof(
  hoursAway.map((hours) => String(start + hours * hour)),
  fc.constantFrom(
    '"2026-11-22T10:00:00Z"',
    'null',
    '"soon"',
    'true',
    'profile.at',
    'profile.lastSeenAt',
    'last("shop.bought").at',
    'last("shop.bought").at ?: 0',
    'first("shop.added", within: "P2D").at',
  ),
);
const typeText = fc.oneof(
  fc.constantFrom(...types).map((type) => `"${type}"`),
  fc.constant('["shop.viewed", "shop.bought"]'),
);
const parts = fc.record({ where, since, within }, { requiredKeys: [] }).map((given) =>
  Object.entries(given)
    .map(([name, part]) => `, ${name}: ${part}`)
    .join(''),
);
const call = (name: string, extra = '') =>
  fc.tuple(typeText, parts).map(([type, rest]) => `${name}(${type}${extra}${rest})`);
const of = fc.constantFrom(', of: event.total', ', of: event.order.total', ', of: item.price', ', of: item.price * 2');
const number = fc.oneof(
  call('count'),
  of.chain((it) => call('sum', it)),
  call('last').map((it) => `${it}.at`),
  call('last').map((it) => `${it}.total`),
  call('first').map((it) => `${it}.items[0].id`),
  call('first').map((it) => `${it}.order.total`),
);
const value = fc.oneof(
  literal,
  path,
  number,
  path.map((it) => `(${it} ?: 2)`),
  path.map((it) => `coalesce(${it}, 1)`),
  path.map((it) => `count(${it})`),
  path.map((it) => `(${it} * 2)`),
);
const timed = fc.oneof(
  line(
    fc.oneof(
      call('daysSince'),
      call('daysSince').map((it) => `(${it} ?: 1.5)`),
      fc.constantFrom(
        'daysSince(profile.lastSeenAt)',
        'daysSince(profile.at)',
        'hoursSince(profile.lastSeenAt) / 24',
        '-hoursSince(profile.at)',
      ),
    ),
    compareOp,
    fc.constantFrom('1', '0.5', '1.3', '-1', 'profile.a', '"a"'),
  ),
  line(
    fc.constantFrom('now()', 'now() - 86400000', 'now() + 3600000 * 5'),
    compareOp,
    fc.constantFrom('profile.at', 'profile.lastSeenAt', 'last("shop.bought").at', String(start)),
  ),
);
/** "Did this lately, and not that since": the long question is asked of those only whom the short one has left. */
const gated = fc
  .tuple(typeText, where, within, fc.oneof(typeText, fc.constant(null)), fc.constantFrom('last', 'first'), typeText)
  .map(([type, fits, time, other, name, then]) => {
    const long = `${name}(${other ?? type}, where: ${fits})`;
    return `happened(${type}, where: ${fits}, within: ${time}) and not happened(${then}, since: ${long}.at) and ${long}.total != 3`;
  });
const ruleText: fc.Arbitrary<string> = fc.letrec<{ it: string }>((tie) => ({
  it: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: call('happened') },
    { weight: 4, arbitrary: line(value, compareOp, value) },
    { weight: 3, arbitrary: timed },
    { weight: 3, arbitrary: gated },
    value,
    line(value, fc.constantFrom('in', 'not in'), fc.oneof(path, fc.constantFrom('["a", 1, null, [1]]', '[]'))),
    path.map((it) => `${it} in 1 .. 3`).filter(parses),
    path.map((it) => `isEmpty(${it})`),
    path.map((it) => `isNotNull(${it})`),
    path.map((it) => `contains(${it}, "o")`),
    path.map((it) => `in(1, ${it})`),
    path.map((it) => `isEmpty(${it}) = false`),
    { weight: 2, arbitrary: tie('it').map((it) => `not (${it})`) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(tie('it'), fc.constantFrom('and', 'or'), tie('it'))
        .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    },
  ),
})).it;

function parses(source: string): boolean {
  try {
    planRule(source);
    return true;
  } catch {
    return false;
  }
}

interface Person {
  id: string;
  profile: Record<string, unknown>;
  events: HistoryEvent[];
  history: History;
}

let store: Awaited<ReturnType<typeof freshStore>>;
let people: Person[];

beforeAll(async () => {
  store = await freshStore([{ name: '0001-rule', sql: tablesSql }]);
  const made = fc.sample(fc.tuple(profileData, events), { numRuns: 24, seed: 7 });
  people = made.map(([profile, list], i) => {
    const own = list.map(([kinds, hours, data], k): HistoryEvent => ({
      ...data,
      id: `e${i}-${(k * 7) % 13}-${k}`,
      types: kinds,
      at: start + hours * hour,
    }));
    return { id: `p${i}`, profile, events: own, history: historyOf(own) };
  });
  const rows = people.flatMap(({ id, events: own }) => own.map((event) => ({ ...event, visitor: id })));
  await store.run({
    text: `insert into event select 0, now(), x->>'id', 'ecid:' || (x->>'visitor'), to_timestamp((x->>'at')::numeric / 1000), x - 'id' - 'at' - 'visitor' from jsonb_array_elements($1::jsonb) x`,
    values: [JSON.stringify(rows)],
  });
  const persons = people.map(({ id, profile }) => ({ id, profile }));
  await store.run({
    text: `insert into profile select x->>'id', x->'profile' from jsonb_array_elements($1::jsonb) x`,
    values: [JSON.stringify(persons)],
  });
  await store.run({ text: `insert into identity select 'ecid', id, id from profile` });
});

function learnAll(rule: Rule, list: readonly HistoryEvent[]) {
  return list.reduce(
    (state, event) => JSON.parse(JSON.stringify(rule.learn(state, event))) as typeof state,
    rule.start(),
  );
}

/** The same events twice, in an order that a number decides. */
function shuffled(list: readonly HistoryEvent[], by: number): HistoryEvent[] {
  const keyed = [...list, ...list].map((event, i) => ({ event, key: Math.imul(i + 1, by | 1) >>> 0 }));
  return keyed.sort((a, b) => a.key - b.key).map(({ event }) => event);
}

const nowAt = hoursAway.map((hours) => start + hours * hour);

test('a rule has one answer: from the history, from what was learned in any order, and from the database', async () => {
  const counts = { untold: 0, asked: 0, may: 0, sure: 0, exact: 0, holds: 0 };
  await fc.assert(
    fc.asyncProperty(ruleText, nowAt, fc.integer(), async (source, now, by) => {
      const rule = planRule(source);
      const query = rule.toSql(tables, now);
      const rows = await store.rows<{ id: string; sure: boolean }>({ text: query.text, values: query.values });
      const found = new Map(rows.map(({ id, sure }) => [id, sure]));
      expect(found.size).toBe(rows.length);
      if (query.exact) counts.exact++;
      for (const { id, profile, events: own, history } of people) {
        const answer = rule.test(profile, history, now);
        const learned = learnAll(rule, shuffled(own, by));
        const held = rule.holds(learned, profile, now);
        if (held === null) counts.untold++;
        else expect([id, held]).toEqual([id, answer]);
        const sure = found.get(id);
        if (answer) expect([id, found.has(id)]).toEqual([id, true]);
        if (sure) expect([id, answer]).toEqual([id, true]);
        if (query.exact) expect([id, sure ?? false]).toEqual([id, answer]);
        counts.asked++;
        counts.may += Number(found.has(id));
        counts.sure += Number(sure ?? false);
        counts.holds += Number(answer);
      }
    }),
    { numRuns: 250 },
  );
  // The query is not only right because it leaves everything to be asked again.
  expect(counts.sure / counts.holds).toBeGreaterThan(0.6);
  expect(counts.exact).toBeGreaterThan(50);
  // It may not tell of moments long before the newest event, which nobody asks about.
  expect(counts.untold / counts.asked).toBeLessThan(0.05);
}, 60_000);

test('between now and changesAt the answer stays, and after the last change for ever', () => {
  fc.assert(
    fc.property(ruleText, nowAt, fc.nat(23), (source, now, who) => {
      const rule = planRule(source);
      const { profile, events: own, history } = people[who]!;
      const state = learnAll(rule, own);
      const answer = rule.test(profile, history, now);
      fc.pre(rule.holds(state, profile, now) !== null);
      const change = rule.changesAt(state, profile, now);
      if (change !== null) expect(change).toBeGreaterThan(now);
      const end = change ?? start + 40 * 24 * hour;
      const step = Math.max(hour, Math.floor((end - now) / 60));
      for (let at = now; at < end; at += step) expect([at, rule.test(profile, history, at)]).toEqual([at, answer]);
      expect(rule.test(profile, history, end - 1)).toBe(answer);
    }),
    { numRuns: 400 },
  );
}, 60_000);
