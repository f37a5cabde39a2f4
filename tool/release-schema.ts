import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { joinRooms } from '../src/app.ts';
import { quietLog, VirtualClock } from '../src/base/index.ts';
import { readVersion } from '../src/built.ts';
import { openDoors } from '../src/doors.ts';
import { recipes } from '../src/journey/index.ts';
import { migrations } from '../src/schema.ts';
import { readSettings } from '../src/settings.ts';
import { launch, migrate, openStore, type Store } from '../src/store/index.ts';

/** The schema of a release with a little of everything in it, as text: from it every later version must go forward. */
export interface Release {
  version: string;
  /** As they stood then. */
  migrations: { name: string; sql: string }[];
  partitions: { name: string; of: string; bound: string }[];
  /** Rows by table, parents first. */
  rows: Record<string, Record<string, unknown>[]>;
}

/** Under which everything sealed in it opens. */
export const releaseSecret = 'secret-of-the-released-schemas-in-the-tests';
/** Who runs just now, and what is large and made anew. */
const left = [
  'schema_migration',
  'app_process',
  'app_turn',
  'mailbox',
  'recommend_snapshot',
  'recommend_snapshot_piece',
];

export function releaseSettings(url: string) {
  return { ...readSettings([], { BECKON_MAIL_THREADS: '0' }), secret: releaseSecret, demo: false, databaseUrl: url };
}

/** Two people come; one leaves a cart and gets a mail, the other buys and is forgotten. */
async function fill(store: Store): Promise<void> {
  const clock = new VirtualClock();
  clock.freeze(Date.UTC(2026, 10, 23, 9));
  const rooms = await joinRooms(releaseSettings(store.url), { store, log: quietLog, clock });
  const doors = await openDoors(rooms);
  rooms.slots.callOwn = doors.callAsJourney;
  const ask = async (method: 'POST' | 'PUT', url: string, body?: unknown) => {
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const text = body === undefined ? null : JSON.stringify(body);
    const answer = await doors.callOwn({ method, url, headers, body: text, timeoutMs: 30_000 });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
  };
  const ada = { email: 'ada@example.com', ECID: '1'.repeat(38) };
  const bo = { email: 'bo@example.com', ECID: '2'.repeat(38) };
  const named = { price: 20, currency: 'EUR', stock: 3, categories: ['coats'] };
  await ask('POST', '/v1/items', [{ id: 'coat', name: 'Coat', url: '/p/coat', imageUrl: '/p/coat.png', ...named }]);
  for (const recipe of recipes()) await ask('PUT', `/v1/journeys/${recipe.key}`, { ...recipe, holdout: 0 });
  await ask('POST', '/v1/journeys/abandoned-cart/publish');
  await ask('PUT', '/v1/secrets/recs', { value: 'sealed-in-the-fixture' });
  for (const identities of [ada, bo])
    await ask('POST', '/v1/profiles', {
      identities,
      attributes: { email: identities.email, firstName: identities.email.split('@')[0] },
      consent: { 'email-marketing': 'in' },
    });
  const event = (id: string, type: string, identities: object) => ({
    id,
    type,
    identities,
    items: [{ id: 'coat', quantity: 1 }],
  });
  await ask('POST', '/v1/events', [
    event('a1', 'commerce.productViews', ada),
    event('a2', 'commerce.productListAdds', ada),
  ]);
  const order = { id: 'o1', total: 20, currency: 'EUR' };
  await ask('POST', '/v1/events', [{ ...event('b1', 'commerce.purchases', bo), order }]);
  await rooms.folded();
  await ask('POST', '/v1/suppressions', { address: 'cy@example.com', scope: 'marketing' });
  await ask('POST', '/v1/keys', { kind: 'secret', name: 'Shop', scopes: ['items'] });
  await rooms.pulse.settle();
  clock.release();
  await rooms.pulse.advance(clock, 6 * 3_600_000);
  await ask('POST', `/v1/profiles/email:${bo.email}/erase`);
  await rooms.pulse.settle();
  await doors.close();
  await rooms.transport.close();
}

async function take(store: Store): Promise<Release> {
  const tables = await store.rows<{ name: string }>({
    text: `select c.relname as name from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition and c.relname <> all($1) order by c.relname`,
    values: [left],
  });
  const rows: Release['rows'] = {};
  for (const { name } of tables) {
    const found = await store.rows<{ row: Record<string, unknown> }>({
      text: `select to_jsonb(t) as row from ${name} t`,
    });
    if (found.length > 0) rows[name] = found.map(({ row }) => row);
  }
  const partitions = await store.rows<Release['partitions'][number]>({
    text: `select c.relname as name, p.relname as of, pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
      where p.relkind = 'p' and c.relkind = 'r' order by c.relname`,
  });
  return { version: readVersion(), migrations: migrations.map(({ name, sql }) => ({ name, sql })), partitions, rows };
}

/** Into an empty database; it ends as the release had it. */
export async function bringBack(store: Store, release: Release): Promise<void> {
  await migrate(store, release.migrations);
  for (const { name, of, bound } of release.partitions)
    await store.run({ text: `create table if not exists ${name} partition of ${of} ${bound}` });
  for (const name of Object.keys(release.rows)) await store.run({ text: `truncate ${name} cascade` });
  for (const [name, rows] of Object.entries(release.rows))
    await store.run({
      text: `insert into ${name} overriding system value select * from jsonb_populate_recordset(null::${name}, $1)`,
      values: [JSON.stringify(rows)],
    });
}

/** Steps since the release that build an index of a table with a shop's rows in it while nobody can write there, as sentences. */
export function indexesInTheWay(release: Release, now: Release['migrations']): string[] {
  const before = release.migrations.map(({ sql }) => sql).join('\n');
  const were = new Set([...before.matchAll(/\bcreate table (?:if not exists )?(\w+)/gi)].map(([, table]) => table));
  const known = new Set(release.migrations.map(({ name }) => name));
  return now
    .filter(({ name }) => !known.has(name))
    .flatMap(({ name, sql }) =>
      [...sql.matchAll(/\bcreate (?:unique )?index (?!concurrently\b)(?:if not exists )?(\w+) on (?:only )?(\w+)/gi)]
        .filter(([, , table]) => were.has(table))
        .map(
          ([, index, table]) => `${name}: ${index} on ${table}; make it a step of its own, create index concurrently`,
        ),
    );
}

/** `npx tsx tool/release-schema.ts`: fills a database of its own and writes test/migrate/VERSION.json. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dataDir = mkdtempSync(join(tmpdir(), 'beckon-release-'));
  chmodSync(dataDir, 0o755); // PostgreSQL's own user must get into it
  const server = await launch({ dataDir, log: quietLog, say: () => {} });
  const store = await openStore(server.url, { connections: 8 });
  await migrate(store, migrations);
  await fill(store);
  const release = await take(store);
  const path = join(import.meta.dirname, `../test/migrate/${release.version}.json`);
  writeFileSync(path, `${JSON.stringify(release, null, 1)}\n`);
  process.stdout.write(`Wrote ${path}: ${Object.values(release.rows).flat().length} rows\n`);
  await store.close();
  await server.stop();
  rmSync(dataDir, { recursive: true });
  process.exit();
}
