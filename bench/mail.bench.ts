import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createTransport } from 'nodemailer';
import { elapsed, quietLog } from '../src/base/index.ts';
import {
  CapturingTransport,
  composeMail,
  Messages,
  migrations,
  renderMail,
  SmtpTransport,
} from '../src/message/index.ts';
import { viewOf, type Profile } from '../src/profile/index.ts';
import { launch, migrate, openStore, type Store } from '../src/store/index.ts';
import { figure, numberFlag } from './figure.ts';
import { passingFolder } from './folder.ts';
import { context, ids, now, partsOf, person, plan, privateKey, setting, shop, signer } from './mail-parts.ts';

/**
 * Mails a second from outbox row to recorded 250, on a real PostgreSQL and a real SMTP sink in another process:
 * `npm run bench -- mail`. Flags: --mails, --width (connections), --threads (that make mails, as shipped 1), --bulk (mails
 * whose memory is looked at; 1000000 for the long one), --only-bulk 1 (nothing but that).
 */
const bench = 'mail';
const mails = numberFlag('mails', 2000);
const width = numberFlag('width', 10);
const threads = numberFlag('threads', 1);
/** Mails of the bulk whose memory is looked at. */
const bulkMails = numberFlag('bulk', 5000);
/** Mails that go first and are not counted, ours and the limit's: by then the engine has compiled what a mail takes. */
const warmUp = 400;
if (mails <= warmUp) throw new Error(`--mails wants more than ${warmUp}: so many go before the counting`);
const bulkPlans = `insert into message (shard, id, key, run_id, journey, journey_version, activity, visit, profile_id, template,
    context, class, holdout, planned_at, due, deadline, changed_at)
  select n % 64, gen_random_uuid(), 'bulk/' || gen_random_uuid(), 'bulk', 'bulk', 1, 'mail', 1, gen_random_uuid(),
    'abandoned-cart', $2::jsonb, 'marketing', 0, $3, $3, $4, $3 from generate_series(1, $1::int) n`;

const sink = spawn(process.execPath, [...process.execArgv, new URL('./mail-sink.js', import.meta.url).pathname], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [port] = (await once(sink.stdout, 'data')) as [Buffer];
const url = `smtp://127.0.0.1:${port.toString().trim()}`;
const dataDir = passingFolder();
const database = await launch({ dataDir, log: quietLog, say: () => {} });
try {
  await measure();
} finally {
  sink.kill();
  await database.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

/** What went through in how much real and processor time. */
interface Spent {
  mails: number;
  ms: number;
  cpuMs: number;
}

async function measure(): Promise<void> {
  const store = await openStore(database.url);
  await migrate(store, migrations);
  const people = Array.from({ length: mails }, (_, n) => person(n));
  const messages = new Messages(partsOf(store, { url, width }));
  await messages.templates.installRecipes();
  if (numberFlag('only-bulk', 0) > 0) {
    await bulk(store);
    return store.close();
  }
  const rendered = await renderRate(messages);
  const about = `${mails - warmUp} mails of ${rendered.size} B HTML, 12 items, ${width} connections, sink in its own process, the embedded PostgreSQL as it comes; outbox row to recorded answer`;
  const limits =
    "limit: nodemailer's pool sending one fixed body of the same size, half of it before and half after, which leaves out gates, rendering and the ledger";
  for (const [name, dkim] of [
    ['sent', []],
    ['sent-dkim', [signer]],
  ] as const) {
    await store.run({ text: 'truncate message, attempt, slot' });
    const before = await fixed(rendered.size, dkim.length > 0);
    const ours = await sent(new Messages(partsOf(store, { url, width, dkim, makerThreads: threads })), people, store);
    const after = await fixed(rendered.size, dkim.length > 0);
    const limit = { mails: before.mails + after.mails, ms: before.ms + after.ms, cpuMs: before.cpuMs + after.cpuMs };
    const signed = dkim.length > 0 ? '; signed with RSA 2048, ours oversigned' : '';
    figure({
      bench,
      figure: name,
      value: rate(ours),
      unit: 'mails/s',
      limit: rate(limit),
      note: `${about}; ${limits}${signed}`,
    });
    if (dkim.length === 0) await bare(messages, people, ours);
    figure({
      bench,
      figure: `${name}-processor`,
      value: ours.cpuMs / ours.mails,
      unit: 'ms/mail',
      limit: limit.cpuMs / limit.mails,
      note: `processor time of the sending process, which other work on the machine changes less; less is better; the same runs as ${name}`,
    });
  }
  figure({
    bench,
    figure: 'render',
    value: rendered.rate,
    unit: 'mails/s',
    limit: null,
    note: 'a 12-item mail: items read again, HTML, text and subject rendered, each link signed; one thread',
  });
  await scaling(store, people);
  await bulk(store);
  await store.close();
}

/** The same mails by more threads that make them, and by more processes on one database: each beside the rate of one. */
async function scaling(store: Store, people: readonly Profile[]): Promise<void> {
  const rates: Record<string, number> = {};
  for (const count of [0, 1, 2]) {
    await store.run({ text: 'truncate message, attempt, slot' });
    rates[count] = rate(await sent(new Messages(partsOf(store, { url, width, makerThreads: count })), people, store));
  }
  const about = 'the same mails, SMTP to the same sink';
  for (const count of [1, 2])
    figure({
      bench,
      figure: `sent-${count}-thread${count > 1 ? 's' : ''}`,
      value: rates[count]!,
      unit: 'mails/s',
      limit: rates[0]!,
      note: `${about}, rendered and signed by ${count} thread(s) beside the process; limit: all in the one thread of the process`,
    });
  const one = await byProcesses(store, people, 1);
  const two = await byProcesses(store, people, 2);
  figure({
    bench,
    figure: 'sent-2-processes',
    value: two,
    unit: 'mails/s',
    limit: one,
    note: `${about}, two processes on one database, each with a thread that makes mails and half of the connections; limit: one such process with all connections. More than the machine has cores cannot be gained`,
  });
}

/** Mails a second of so many processes, from when they are told until the last is done. */
async function byProcesses(store: Store, people: readonly Profile[], count: number): Promise<number> {
  await store.run({ text: 'truncate message, attempt, slot' });
  const planner = new Messages(partsOf(store, { url, width }));
  await planAll(planner, store, people);
  const program = new URL('./mail-sender.js', import.meta.url).pathname;
  const flags = ['--width', String(Math.ceil(width / count)), '--threads', '1'];
  const senders = Array.from({ length: count }, () =>
    spawn(process.execPath, [...process.execArgv, program, database.url, url, ...flags], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  );
  const lines = senders.map(({ stdout }) => createInterface({ input: stdout })[Symbol.asyncIterator]());
  await Promise.all(lines.map((from) => from.next()));
  const begun = elapsed();
  for (const { stdin } of senders) stdin.end('go\n');
  await Promise.all(lines.map((from) => from.next()));
  const ms = elapsed() - begun;
  const accepted = (await planner.counts.of('bench')).byState['accepted'];
  if (accepted !== people.length) throw new Error(`${accepted} of ${people.length} mails were accepted`);
  return people.length / (ms / 1000);
}

function planAll(messages: Messages, store: Store, people: readonly Profile[]): Promise<unknown> {
  return store.inTransaction((tx) => messages.planAll(tx, people.map(plan)));
}

/** Plans everybody's mail and has it sent; the first ones are not counted. */
async function sent(messages: Messages, people: readonly Profile[], store: Store): Promise<Spent> {
  await planAll(messages, store, people.slice(0, warmUp));
  await messages.work();
  await planAll(messages, store, people.slice(warmUp));
  const spent = await timed(async () => (await messages.work()).done);
  const accepted = (await messages.counts.of('bench')).byState['accepted'];
  if (accepted !== mails) throw new Error(`${accepted} of ${mails} mails were accepted`);
  messages.stop();
  return spent;
}

/** The same mails rendered, composed and sent one after the other as fast as the connections are, and written down nowhere. */
async function bare(messages: Messages, people: readonly Profile[], ours: Spent): Promise<void> {
  const template = await messages.templates.draft('abandoned-cart');
  const transport = new SmtpTransport({ url, width });
  const left = people.slice(warmUp);
  const lane = async () => {
    for (let profile = left.pop(); profile; profile = left.pop()) {
      const messageId = ids.next();
      const given = { template, messageId, profile: viewOf(profile), context: context(), now, timeZone: shop.zone };
      const made = renderMail(given, setting);
      if (!('mail' in made)) throw new Error(JSON.stringify(made));
      const { subject, html, text, unsubscribeUrl } = made.mail;
      const mail = composeMail({
        from: { name: 'Shop', address: 'news@mail.shop.example' },
        replyTo: null,
        to: profile.state.email!,
        subject,
        html,
        text,
        at: now,
        message: { key: messageId, journey: 'bench', class: 'marketing' },
        unsubscribeUrl,
        stream: { name: 'Shop', domain: 'mail.shop.example', sender: 'default' },
        returns: { path: 'bounce@mail.shop.example', unsubscribe: null, feedback: null, tag: 'bench' },
        secret: Buffer.alloc(32, 1),
      });
      const result = await transport.send({ ...mail, key: messageId });
      if (result.kind !== 'accepted') throw new Error(JSON.stringify(result));
    }
  };
  const spent = await timed(async () => {
    const count = left.length;
    await Promise.all(Array.from({ length: width }, lane));
    return count;
  });
  await transport.close();
  figure({
    bench,
    figure: 'ledger-processor',
    value: ours.cpuMs / ours.mails,
    unit: 'ms/mail',
    limit: spent.cpuMs / spent.mails,
    note: 'processor time of the sending process with gates and ledger; limit: the same mails rendered, composed and sent without them; less is better',
  });
}

async function timed(work: () => Promise<number>): Promise<Spent> {
  const [begun, cpu] = [elapsed(), process.cpuUsage()];
  const done = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { mails: done, ms: elapsed() - begun, cpuMs: (user + system) / 1000 };
}

function rate({ mails: count, ms }: Spent): number {
  return count / (ms / 1000);
}

/** Everybody of an audience at once, whom nobody holds in memory, through gates, rendering and ledger to a way out that drops them. */
async function bulk(store: Store): Promise<void> {
  await store.run({ text: 'truncate message, attempt, slot' });
  const messages = new Messages({
    ...partsOf(store, { url, width, makerThreads: threads, transport: new CapturingTransport(async () => {}) }),
  });
  const heap = () => {
    (globalThis as { gc?: () => void }).gc?.();
    return process.memoryUsage.rss() / 1e6;
  };
  const part = Math.max(1, Math.floor(bulkMails / 10));
  const marks: number[] = [];
  for (let n = 0; n < bulkMails; n += part) {
    await store.run({
      text: bulkPlans,
      values: [part, JSON.stringify(context()), new Date(now), new Date(now + 86_400_000)],
    });
    await messages.work();
    marks.push(heap());
    if (bulkMails >= 100_000) console.error(`${n + part} mails, ${Math.round(marks.at(-1)!)} MB`);
  }
  const [first, most] = [marks[1] ?? marks[0]!, Math.max(...marks)];
  figure({
    bench,
    figure: 'bulk-1m-mb',
    value: most,
    unit: 'MB',
    limit: first,
    note: `most resident memory of the sending process over ${bulkMails} mails (--bulk 1000000 for a million), looked at ten times; limit: what it was after a fifth, so 1 is flat; rendered and recorded, dropped at the way out`,
  });
}

async function renderRate(messages: Messages): Promise<{ rate: number; size: number }> {
  const template = await messages.templates.draft('abandoned-cart');
  const messageId = '0190f5f0-0000-7000-8000-000000000001';
  const sample = { template, messageId, profile: viewOf(person(0)), context: context(), now, timeZone: shop.zone };
  const times = 500;
  let [size, begun] = [0, 0];
  for (let n = -100; n < times; n++) {
    if (n === 0) begun = elapsed();
    const made = renderMail(sample, setting);
    if (!('mail' in made)) throw new Error(JSON.stringify(made));
    size = made.mail.size;
  }
  return { rate: times / ((elapsed() - begun) / 1000), size };
}

/** The limit: the same pool width and size, one body made once; half of the mails. */
async function fixed(size: number, signed: boolean): Promise<Spent> {
  const dkim = { domainName: 'mail.shop.example', keySelector: 'bk1', privateKey };
  const transport = createTransport({ url: `${url}?pool=true&maxConnections=${width}`, ...(signed ? { dkim } : {}) });
  const html = 'x'
    .repeat(75)
    .concat('\n')
    .repeat(Math.ceil(size / 76));
  const mail = {
    from: 'news@shop.example',
    to: 'a@example.com',
    subject: 'Fixed',
    html,
    text: 'x'.repeat(1500),
    textEncoding: 'base64' as const,
  };
  const all = (count: number) => Promise.all(Array.from({ length: count }, () => transport.sendMail(mail)));
  await all(warmUp);
  const spent = await timed(async () => (await all(Math.ceil(mails / 2))).length);
  transport.close();
  return spent;
}
