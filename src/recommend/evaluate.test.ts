import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { runEvaluation, type EvaluateFiles } from './evaluate-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'beckon-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const start = 1_396_000_000_000;
const minute = 60_000;

/** `visitor/session: view, c:cart, p:purchase`, a minute apart. */
function events(...visits: string[]): object[] {
  const kinds: Record<string, string> = { c: 'cart', p: 'purchase' };
  let at = start;
  return visits.flatMap((visit) => {
    const [who, script] = visit.split(': ');
    const [visitor, session] = who!.split('/');
    return script!.split(' ').map((word) => {
      const [kind, item] = word.includes(':') ? word.split(':') : ['v', word];
      return { visitor, session, item, kind: kinds[kind!] ?? 'view', at: (at += minute) };
    });
  });
}

const lines = (rows: readonly (object | string)[]) =>
  rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');

async function evaluate(
  past: readonly object[],
  queries: readonly (object | string)[],
  more: Partial<EvaluateFiles> & { items?: never } = {},
): Promise<Record<string, string[]>> {
  const [e, q, out] = ['events', 'queries', 'out'].map((name) => join(folder, `${name}.ndjson`));
  writeFileSync(e!, lines(past));
  writeFileSync(q!, lines(queries));
  await runEvaluation({ events: e!, queries: q!, out: out!, ...more }, () => {});
  const answers = readFileSync(out!, 'utf8').trimEnd().split('\n');
  return Object.fromEntries(
    answers.map((line) => JSON.parse(line) as { id: string; items: string[] }).map(({ id, items }) => [id, items]),
  );
}

const past = events(
  'v1/s1: coat scarf gloves',
  'v2/s2: coat scarf hat c:hat',
  'v3/s3: lamp bulb p:lamp p:bulb',
  'v4/s4: p:lamp p:bulb',
  'v5/s5: coat',
);

test('answers each criterion in the order of the queries, with no more than was asked for', async () => {
  const answers = await evaluate(past, [
    { id: 'session', criterion: 'session', session: [{ item: 'coat', at: start }], limit: 2 },
    { id: 'repeats', criterion: 'session', session: [{ item: 'scarf' }, { item: 'coat' }], repeats: true },
    { id: 'cart', criterion: 'cart', cart: ['lamp'], limit: 1 },
    { id: 'you', criterion: 'for-you', visitor: 'v2', limit: 1 },
    { id: 'vv', criterion: 'viewed-viewed', session: [{ item: 'scarf' }], limit: 1 },
    { id: 'vb', criterion: 'viewed-bought', session: [{ item: 'lamp' }], limit: 1 },
    { id: 'bb', criterion: 'bought-bought', cart: ['bulb'], limit: 1 },
    { id: 'recent', criterion: 'recent', visitor: 'v1' },
    { id: 'popular', criterion: 'popular', limit: 1 },
  ]);
  expect(Object.keys(answers)).toEqual(['session', 'repeats', 'cart', 'you', 'vv', 'vb', 'bb', 'recent', 'popular']);
  expect(answers).toMatchObject({
    cart: ['bulb'],
    you: ['hat'], // left in the cart
    vv: ['coat'],
    vb: ['bulb'],
    bb: ['lamp'],
    recent: ['gloves', 'scarf', 'coat'],
    popular: ['coat'],
  });
  expect(answers.session).toHaveLength(2);
  expect(answers.session).not.toContain('coat');
  expect(answers.repeats).toEqual(expect.arrayContaining(['coat', 'scarf']));
  for (const items of Object.values(answers)) expect(new Set(items).size).toBe(items.length);
});

test('unknown items, unknown visitors and bare queries are answered with popular items', async () => {
  const answers = await evaluate(past, [
    { id: 'bare', criterion: 'session', limit: 2 },
    { id: 'strange', criterion: 'session', visitor: 'nobody', session: ['?', { item: 'coat' }, '"\\\u2028'] },
    { id: 'cart', criterion: 'cart', cart: ['?'], limit: 1 },
    { id: 'next', criterion: 'next-basket', visitor: 'nobody', limit: 1 },
    { id: 7, criterion: 'recent', visitor: 'nobody' },
  ]);
  expect(answers.bare).toEqual(['coat', 'scarf']);
  expect(answers.strange!.slice(0, 1)).toEqual(['scarf']);
  expect(answers).toMatchObject({ cart: ['coat'], next: ['bulb'], 7: [] }); // of a basket, what sells
});

test('without a session in the query the last visit of the visitor counts, and his own cart', async () => {
  const answers = await evaluate(events('v1/s1: a x', 'v2/s2: b y', 'v3/s3: b', 'v3/s4: a c:a', 'v4/s5: c:a c:z'), [
    { id: 'session', criterion: 'session', visitor: 'v3', limit: 1 },
    { id: 'cart', criterion: 'cart', visitor: 'v3', limit: 1 },
  ]);
  expect(answers).toEqual({ session: ['x'], cart: ['z'] });
});

test('events may lack a session: a visit ends after 30 minutes of silence', async () => {
  const at = (minutes: number) => start + minutes * minute;
  const view = (visitor: string, item: string, minutes: number) => ({ visitor, item, kind: 'view', at: at(minutes) });
  const answers = await evaluate(
    [view('v', 'a', 0), view('v', 'b', 20), view('v', 'c', 60)],
    [
      { id: 'q', criterion: 'viewed-viewed', session: [{ item: 'b' }], limit: 1 },
      { id: 'r', criterion: 'viewed-viewed', session: [{ item: 'c' }] },
    ],
  );
  expect(answers.q).toEqual(['a']);
  expect(answers.r).toEqual(['a', 'b']); // nothing but the popular ones
});

test('everything is learned before the first query; with --learn only what had happened by then, and what queries tell', async () => {
  const later = [...events('v1/s1: a x', 'v2/s2: a y', 'v3/s3: a y')];
  const query = (id: string, minutes: number) => ({
    id,
    criterion: 'session',
    visitor: id,
    session: [{ item: 'a', at: start + minutes * minute }],
    at: start + minutes * minute,
    limit: 1,
  });
  expect(await evaluate(later, [query('q1', 3)])).toEqual({ q1: ['y'] });
  const told = (id: string, minutes: number) => ({
    ...query(id, minutes),
    session: ['a', 'z'].map((item) => ({ item, at: start + minutes * minute })),
  });
  const answers = await evaluate(
    later,
    [query('q1', 3), query('q2', 10), told('q3', 11), told('q4', 12), told('q5', 13), query('q6', 14)],
    { learn: true },
  );
  expect(answers).toMatchObject({ q1: ['x'], q2: ['y'], q6: ['z'] });
});

test('gzipped files are read, and written where the name says so; nothing else is left', async () => {
  const packed = join(folder, 'packed');
  const out = join(folder, 'out.gz');
  writeFileSync(packed, gzipSync(lines(past)));
  const queries = join(folder, 'q');
  writeFileSync(queries, `\uFEFF${lines([{ id: 'q', criterion: 'popular', limit: 1 }])}\r\n\n`);
  const done = await runEvaluation({ events: packed, queries, out }, () => {});
  expect(done).toMatchObject({ events: past.length, queries: 1, empty: 0, late: 0 });
  expect(gunzipSync(readFileSync(out)).toString()).toBe('{"id":"q","items":["coat"]}\n');
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test.each([
  ['{"id":"q"', 'queries.ndjson line 2: is not JSON'],
  ['[]', 'line 2: is not an object'],
  ['{"criterion":"cart"}', 'line 2: id is missing'],
  ['{"id":"q","criterion":"carts"}', 'line 2: criterion is "carts"; known are session, cart'],
  ['{"id":"q","criterion":"cart","limit":0}', 'line 2: limit is not a whole number from 1 to 1000'],
  ['{"id":"q","criterion":"cart","cart":"a"}', 'line 2: cart is not a list'],
  ['{"id":"q","criterion":"session","session":[{"at":1}]}', 'line 2: session[0] has no item'],
  ['{"id":"q","criterion":"session","at":"today"}', 'line 2: at is not a number'],
])('a wrong query %s is refused with its line, and nothing is written', async (text, says) => {
  rmSync(join(folder, 'out.ndjson'), { force: true });
  const run = evaluate(past, [{ id: 'q', criterion: 'popular' }, text]);
  await expect(run).rejects.toMatchObject({ code: 'EVALUATE_LINE_INVALID', message: expect.stringContaining(says) });
  expect(readdirSync(folder)).not.toContain('out.ndjson');
});

test('a wrong event, a missing file and a broken one are refused', async () => {
  const query = [{ id: 'q', criterion: 'popular' }];
  const wrong = evaluate([{ visitor: 'v', item: 'a', kind: 'click', at: 1 }], query);
  await expect(wrong).rejects.toThrow('events.ndjson line 1: kind is "click"; known are view, cart, purchase');
  await expect(evaluate([{ item: 'a', kind: 'view', at: 1 }], query)).rejects.toThrow('visitor is missing');
  await expect(evaluate(past, query, { events: join(folder, 'nowhere') })).rejects.toMatchObject({
    code: 'EVALUATE_FILE_UNREADABLE',
  });
  const broken = join(folder, 'broken');
  writeFileSync(broken, gzipSync(lines(past)).subarray(0, 60));
  await expect(evaluate(past, query, { events: broken })).rejects.toMatchObject({ code: 'EVALUATE_FILE_UNREADABLE' });
  await expect(evaluate(past, query, { out: join(folder, 'no', 'where') })).rejects.toThrow('cannot be written');
});

test('items are alike by words, categories and labels; a new one is found by them', async () => {
  const items = join(folder, 'items.ndjson');
  const of = (item: string, labels: number[]) => ({ item, attributes: { is: labels, price: 5 } });
  writeFileSync(items, lines([of('coat', [17, 4]), of('cape', [17, 4]), of('lamp', [9]), of('bulb', [8])]));
  const query = { id: 'q', criterion: 'session', session: [{ item: 'coat' }], limit: 1 };
  expect(await evaluate(events('v1/s1: lamp bulb', 'v2/s2: coat'), [query], { items } as never)).toEqual({
    q: ['cape'],
  });
});

test('of a person, steps in the query count as much as what is known, where all there are is purchases', async () => {
  const past = events('v1/s1: p:tent p:stove', 'v2/s2: p:lamp p:bulb', 'v3/s3: p:lamp');
  const query = {
    id: 'q',
    criterion: 'for-you',
    visitor: 'v3',
    session: [{ item: 'tent', at: start + 999 * minute }],
    limit: 2,
  };
  expect(await evaluate(past, [query])).toEqual({ q: ['stove', 'bulb'] });
});

test('the same files give the same answers', async () => {
  const queries = past.map((event, i) => ({ id: `q${i}`, criterion: 'session', session: [event] }));
  expect(await evaluate(past, queries)).toEqual(await evaluate(past, queries));
});
