import { joinRooms } from '../../src/app.ts';
import { quietLog, SystemClock, UuidIds, SystemRandom } from '../../src/base/index.ts';
import { Jobs } from '../../src/job/index.ts';
import { auditRuns } from '../../src/journey/index.ts';
import { auditMessages, auditSending } from '../../src/message/index.ts';
import { readSettings } from '../../src/settings.ts';
import type { Store } from '../../src/store/index.ts';
import type { Outside } from './outside.ts';
import { ecidOf, lines, type Shoppers } from './shoppers.ts';

/** What came of it all, counted from outside and in the database. */
export interface Reckoning {
  accepted: number;
  eventsLost: number;
  doubled: number;
  lostUnseen: number;
  inDoubt: number;
  messages: Record<string, number>;
  /** Everything that must never be, in words. */
  broken: string[];
}

interface Kept {
  id: string;
  state: string;
  class: string;
  runId: string;
  attempts: number;
  mails: string[] | null;
}

/** States from which a message still goes on. */
export const underWay = ['planned', 'held', 'ready', 'leased', 'sending', 'deferred', 'in_doubt'];

/** Asks a door of the studio. */
export type Ask = <T>(method: string, path: string) => Promise<T>;

export async function reckon(
  store: Store,
  { shoppers, outside, ask }: { shoppers: Shoppers; outside: Outside; ask: Ask },
): Promise<Reckoning> {
  const broken: string[] = [];
  const events = await countEvents(store, shoppers, broken);
  const mails = await countMails(store, outside, broken);
  await countEffects(store, shoppers, broken);
  await audit(store, broken);
  await countReports(mails.messages, ask, broken);
  return { ...events, ...mails, broken };
}

/** Every event that was answered with success is in the log, once. */
async function countEvents(store: Store, { sent }: Shoppers, broken: string[]) {
  const rows = await store.rows<{ id: string; n: number }>({
    text: `select body ->> 'id' as id, count(*)::int as n from event group by 1`,
  });
  const kept = new Map(rows.map(({ id, n }) => [id, n]));
  const wanted = sent
    .filter(({ acknowledged, kind }) => acknowledged && kind !== 'receipt')
    .flatMap(({ kind, no }) => (kind === 'cart' ? lines.map((_, i) => `cart-${no}:${i}`) : [`${kind}-${no}`]));
  const lost = wanted.filter((id) => !kept.has(id));
  const twice = wanted.filter((id) => (kept.get(id) ?? 0) > 1);
  if (lost.length > 0)
    broken.push(`I12: ${lost.length} events were answered and are not there: ${lost.slice(0, 5).join(', ')}`);
  if (twice.length > 0) broken.push(`I12: ${twice.length} events are there twice: ${twice.slice(0, 5).join(', ')}`);
  return { accepted: wanted.length, eventsLost: lost.length };
}

/** What the ledger says is what the mail host has. */
async function countMails(store: Store, { sink }: Outside, broken: string[]) {
  const rows = await store.rows<Kept>({
    text: `select m.id, m.state, m.class, m.run_id as "runId", count(a.no)::int as attempts,
        array_agg(distinct trim(both '<>' from a.mail_id)) filter (where a.mail_id is not null) as mails
      from message m left join attempt a on a.shard = m.shard and a.message_id = m.id
      group by m.id, m.state, m.class, m.run_id`,
  });
  const announced = new Set(rows.flatMap(({ mails }) => mails ?? []));
  const strange = [...sink.mails.keys()].filter((id) => !announced.has(id));
  if (strange.length > 0) broken.push(`I9: the mail host has ${strange.length} mails without an attempt`);
  let [doubled, lostUnseen, inDoubt] = [0, strange.length, 0];
  const messages: Record<string, number> = {};
  for (const row of rows) {
    const there = (row.mails ?? []).reduce((sum, id) => sum + (sink.mails.get(id) ?? 0), 0);
    const of = `${row.class} message ${row.id} (${row.state}, ${row.attempts} attempts, ${there} at the host)`;
    messages[`${row.class} ${row.state}`] = (messages[`${row.class} ${row.state}`] ?? 0) + 1;
    const most = row.class === 'marketing' ? 1 : 2;
    if (there > most) [doubled] = [doubled + 1, broken.push(`I1: ${of}`)];
    if (there > row.attempts) broken.push(`I9: ${of}`);
    const isLost = row.state === 'accepted' ? there === 0 : underWay.includes(row.state);
    if (isLost) [lostUnseen] = [lostUnseen + 1, broken.push(`Lost from sight: ${of}`)];
    if (row.state === 'abandoned' || row.state === 'in_doubt') inDoubt++;
  }
  return { doubled, lostUnseen, inDoubt, messages };
}

/** Each event took effect once: carts, orders, runs, and one message for each run that came to its mail. */
async function countEffects(store: Store, { sent }: Shoppers, broken: string[]): Promise<void> {
  const told = (kind: string) =>
    new Set(sent.filter((one) => one.kind === kind && one.acknowledged).map(({ no }) => no));
  const [carts, orders, receipts] = [told('cart'), told('order'), told('receipt')];
  const rows = await store.rows<{
    ecid: string;
    lines: { item: string; quantity: number }[] | null;
    orders: number;
    runs: number;
  }>({
    text: `select i.id as ecid, p.state #> '{cart,lines}' as lines, coalesce(jsonb_array_length(p.state -> 'orders'), 0) as orders,
        (select count(*)::int from journey_run r where r.profile_id = p.id) as runs
      from identity i join profile p on p.id = i.profile_id where i.namespace = 'ecid'`,
  });
  const people = new Map(rows.map((row) => [row.ecid, row]));
  const wrong = (what: string, found: number[]) => {
    if (found.length > 0) broken.push(`${what}: ${found.length} people, such as p${found[0]}`);
  };
  wrong(
    'Nobody knows them',
    [...carts].filter((no) => !people.has(ecidOf(no))),
  );
  const known = [...carts].filter((no) => people.has(ecidOf(no)));
  const cartOf = (no: number) =>
    (people.get(ecidOf(no))!.lines ?? [])
      .map(({ item, quantity }) => `${item}×${quantity}`)
      .sort()
      .join(' ');
  wrong(
    'A cart is not what was put in',
    known.filter((no) => !orders.has(no) && cartOf(no) !== 'coat×2 scarf×1'),
  );
  wrong(
    'An order counts not once',
    [...orders].filter((no) => people.get(ecidOf(no))?.orders !== 1),
  );
  // Who had ordered by the time the cart was folded need not be reminded of it (trust row 72).
  const runsOf = (no: number) => people.get(ecidOf(no))!.runs;
  wrong(
    'A cart did not begin one run',
    known.filter((no) => runsOf(no) > 1 || (runsOf(no) === 0 && !orders.has(no))),
  );
  const [{ n }] = (await store.rows<{ n: number }>({
    text: `select count(distinct run_id)::int as n from message where class = 'transactional'`,
  })) as [{ n: number }];
  if (n < receipts.size) broken.push(`${receipts.size - n} receipts were promised and are not in the ledger`);
}

interface FunnelLine extends Record<'planned' | 'heldOut' | 'inDoubt' | 'failed' | 'pending' | 'accepted', number> {
  excluded: { count: number }[];
}

/** What the reports print adds up, to itself and to the ledger. */
async function countReports(messages: Record<string, number>, ask: Ask, broken: string[]): Promise<void> {
  const all = Object.values(messages).reduce((sum, n) => sum + n, 0);
  const ledger = await ask<{ total: number; states: Record<string, number> }>('GET', '/v1/ledger');
  const states = Object.values(ledger.states).reduce((sum, n) => sum + n, 0);
  if (ledger.total !== all || states !== all)
    broken.push(`The ledger says ${ledger.total} and ${states} of ${all} messages`);
  const planned = Object.entries(messages).reduce((sum, [name, n]) => sum + (name.startsWith('marketing') ? n : 0), 0);
  for (const by of ['whole', 'day', 'activity', 'version', 'variant']) {
    const { rows } = await ask<{ rows: FunnelLine[] }>('GET', `/v1/journeys/cart/report/funnel?by=${by}`);
    const sum = rows.reduce((whole, row) => whole + row.planned, 0);
    if (sum !== planned) broken.push(`The report by ${by} has ${sum} mails of ${planned}`);
    for (const row of rows) {
      const excluded = row.excluded.reduce((whole, { count }) => whole + count, 0);
      const parts = row.heldOut + excluded + row.inDoubt + row.failed + row.pending + row.accepted;
      if (parts !== row.planned) broken.push(`A line of the report by ${by} has ${parts} of ${row.planned} mails`);
    }
  }
}

/** What a running Beckon looks for itself, over everything. */
async function audit(store: Store, broken: string[]): Promise<void> {
  const clock = new SystemClock();
  const settings = { ...readSettings(['--no-demo'], {}), secret: 's'.repeat(40), databaseUrl: store.url };
  const rooms = await joinRooms(settings, { store, log: quietLog });
  const jobs = new Jobs({ store, clock, ids: new UuidIds(clock, new SystemRandom()) });
  const page = { after: null, limit: 1_000_000 };
  const runs = await auditRuns({ runner: store, jobs, journeys: rooms.journeys }, page);
  broken.push(...runs.broken.map(({ which, runId, what }) => `${which}: ${what} (run ${runId})`));
  for (const { runId } of await auditSending(store, runs.sending))
    broken.push(`It waits for a mail that nobody knows of (run ${runId})`);
  const mails = await auditMessages(store, { ...page, now: clock.now() });
  broken.push(...mails.broken.map(({ which, messageId, what }) => `${which}: ${what} (message ${messageId})`));
  const [{ n: held } = { n: 0 }] = await store.rows<{ n: number }>({
    text: `select count(*)::int as n from attempt a join message m on m.id = a.message_id and m.shard = a.shard where m.arm = 'control'`,
  });
  if (held > 0) broken.push(`I7: ${held} attempts to people who are held out`);
  const [{ n: aside } = { n: 0 }] = await store.rows<{ n: number }>({
    text: 'select count(*)::int as n from event_quarantine',
  });
  if (aside > 0) broken.push(`${aside} events were set aside`);
  await rooms.transport.close();
}
