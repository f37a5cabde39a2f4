/**
 * What is said of the saved figures: the rows of the README's table, the goals, and what is drawn as it grows. Each row takes
 * its figures from one bench by their names; a figure that was never saved is an error, so that nothing is claimed that was not measured.
 */

/** @param {number} value four digits that mean something, thousands apart */
export const number = (value) =>
  (Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3))).toLocaleString('en-US');
const seconds = (value) => `${number(value)} s`;
const ms = (value) => `${number(value)} ms`;
const share = (figure) => figure.ratio.toFixed(2);

/** `of(name)` is a saved figure: {value, limit, ratio, unit}. */
export const rows = [
  {
    bench: 'start',
    what: 'first start on a fresh clone: install, build, database, 30 days of demo history',
    say: (of) =>
      ['first-install-s', 'first-build-s', 'first-database-s', 'first-demo-s']
        .map((name) => `${Math.round(of(name).value)} s`)
        .join(' + '),
  },
  {
    bench: 'start',
    what: 'later start to the first answer, with the demo',
    say: (of) => `${seconds(of('again-s').value)}; PostgreSQL alone ${seconds(of('again-s').limit)}`,
  },
  {
    bench: 'start',
    what: 'idle with the demo, all processes, proportional set size',
    say: (of) => `${number(of('idle-mb').value)} MB, PostgreSQL's ${number(of('idle-mb').limit)} MB among them`,
  },
  {
    bench: 'ingest',
    what: 'events durably kept over HTTP, one a request as the Web SDK sends it',
    say: (of) =>
      `${number(of('durable').value)}/s while they are folded, ${share(of('durable'))} of a bare server that writes the same rows; ${number(of('durable-unfolded').value)}/s, ${share(of('durable-unfolded'))} while nobody folds beside it`,
  },
  {
    bench: 'ingest',
    what: 'the same in batches of 100',
    say: (of) => `${number(of('durable-batch-100').value)}/s, ${share(of('durable-batch-100'))}`,
  },
  {
    bench: 'ingest',
    what: 'the same until they have taken effect',
    say: (of) =>
      `${number(of('folded').value)}/s, ${share(of('folded'))}; in batches of 100 ${number(of('folded-batch-100').value)}/s, ${share(of('folded-batch-100'))}`,
  },
  {
    bench: 'ingest',
    what: 'processor time of an event until it has taken effect, server and PostgreSQL',
    say: (of) =>
      `${ms(of('folded-cpu').value)}, the bare server's ${ms(of('folded-cpu').limit)}; without the fold ${ms(of('unfolded-cpu').value)}`,
  },
  {
    bench: 'ingest',
    what: 'an answer at half that load, 99th percentile',
    say: (of) => `${ms(of('half-load-p99-ms').value)}, the bare server's ${ms(of('half-load-p99-ms').limit)}`,
  },
  {
    bench: 'ingest',
    what: 'an event shows in its profile to another connection, under load',
    say: (of) =>
      `${ms(of('visible-p50-ms').value)} in the middle, ${ms(of('visible-p99-ms').value)} at the 99th percentile`,
  },
  {
    bench: 'memory',
    what: 'memory of the whole server while 10 M events come in batches, beside other work',
    say: (of) =>
      `${number(of('memory-1m-mb').value)} MB after the first million, ${number(of('memory-10m-mb').value)} MB after the last: most of it what the recommender learned, which is bounded ([decision 27](docs/decision/0027-folding-beside-ingest.md))`,
  },
  {
    bench: 'ingest',
    what: 'an audience worked out over a million profiles',
    say: (of) =>
      `${seconds(of('audience-1m-s').value)}; a paced mail beside it ${ms(of('audience-1m-send-p99-ms').value)} at the 99th percentile, ${ms(of('audience-1m-send-p99-ms').limit)} before; by a rule that looks since a moment ${seconds(of('audience-since-1m-s').value)}`,
  },
  {
    bench: 'timers',
    what: 'runs of a journey, 100,000 waiting',
    say: (of) =>
      `${number(of('wake-and-decide').value)}/s woken and decided, ${share(of('wake-and-decide'))} of a bare loop that writes the same rows; ${number(of('add').value)}/s let in, ${share(of('add'))}`,
  },
  {
    bench: 'timers',
    what: 'lateness of a wait, 5,000 due a second',
    say: (of) => `${ms(of('late-p50-ms').value)} in the middle, ${ms(of('late-p99-ms').value)} at the 99th percentile`,
  },
  {
    bench: 'timers',
    what: 'a million people of an audience read into runs (reckoned from 50,000)',
    say: (of) => seconds(of('read-audience-1m-s').value),
  },
  {
    bench: 'timers',
    what: 'thirty days of 10,000 invented people simulated, three recipes with calls and mails (reckoned from 5,000)',
    say: (of) => seconds(of('simulate-300k-days-s').value),
  },
  {
    bench: 'queue',
    what: 'due jobs claimed, done and gone',
    say: (of) =>
      `${number(of('work-beside-pg-boss').value)}/s, pg-boss ${number(of('work-beside-pg-boss').limit)}/s, graphile-worker ${number(of('work-beside-graphile-worker').limit)}/s`,
  },
  {
    bench: 'mail',
    what: 'personal mails of 12 items, from outbox to recorded answer',
    say: (of) =>
      `${number(of('sent').value)}/s, ${share(of('sent'))} of nodemailer sending one fixed body; signed with DKIM ${number(of('sent-dkim').value)}/s, ${share(of('sent-dkim'))} of nodemailer signing it`,
  },
  {
    bench: 'language',
    what: 'that mail rendered',
    say: (of) =>
      `${number(of('render-12-items').value)}/s, ${share(of('render-12-items'))} of Handlebars, ${share(of('render-12-items-beside-liquidjs'))} of LiquidJS`,
  },
  {
    bench: 'reports',
    what: 'a page of reports over a year, a million people assigned to three journeys, 95th percentile',
    say: (of) =>
      `${ms(of('report-p95-ms').value)}; an order with its credit and roll-up ${ms(of('order-with-roll-up').value)}, the bare row ${ms(of('order-with-roll-up').limit)}`,
  },
  {
    bench: 'recommend',
    what: 'lists by the recommender in process, 10 M events and 500,000 items learned',
    say: (of) => `${number(of('queries').value)}/s a core, 99th percentile ${ms(of('query-p99-ms').value)}`,
  },
  {
    bench: 'recommend',
    what: 'learning them, and memory of the index of visits',
    say: (of) => `${number(of('learn').value)} events/s a core, ${number(of('bytes-per-event').value)} B an event`,
  },
  {
    bench: 'recommend',
    what: 'what was learned of 10 M events, kept and read again',
    say: (of) =>
      `read in ${seconds(of('snapshot-load-s').value)}; while it is kept, learning rests in steps of at most ${ms(of('snapshot-pause-ms').value)}`,
  },
  {
    bench: 'recommend',
    what: 'answers over HTTP with rules and reasons, asked for at 1,000 a second',
    say: (of) => answered(of, 'http-answer'),
  },
  {
    bench: 'recommend',
    what: "Target's delivery with rules, trace and an HTML design, asked for at 1,000 a second",
    say: (of) => answered(of, 'http'),
  },
  {
    bench: 'recommend',
    what: 'answers in batches of 1,000 people',
    say: (of) => `${number(of('batch').value)} people/s a core`,
  },
  {
    bench: 'recommend',
    what: "an order shows in everybody's lists, 99th percentile",
    say: (of) => ms(of('fresh-p99-ms').value),
  },
  {
    bench: 'quality',
    what: 'next item of a visit among the first 20, public data, one set of constants ([evaluate](docs/recommend/evaluate.md#the-quality-bench))',
    say: (of) =>
      `RSC15 ${of('rsc15-std-hr20').value.toFixed(3)}, the best other method of that table ${of('rsc15-std-hr20').limit.toFixed(3)}; Serenade ${of('serenade-std-hr20').value.toFixed(3)}, the best other ${of('serenade-std-hr20').limit.toFixed(3)}`,
  },
  {
    bench: 'quality',
    what: 'hidden line of a cart among the first 20, Online Retail',
    say: (of) => `${of('carts-hr20').value.toFixed(3)}; the best other ${of('carts-hr20').limit.toFixed(3)}`,
  },
];

function answered(of, name) {
  const [rate, p90, p99, cpu] = [name, `${name}-p90-ms`, `${name}-p99-ms`, `${name}-cpu-ms`].map(of);
  return `${number(rate.value)}/s, 90th percentile ${ms(p90.value)}, 99th ${ms(p99.value)}, the same handler with one fixed answer ${ms(p99.limit)}; ${ms(cpu.value)} of processor time each, the fixed answer ${ms(cpu.limit)}`;
}

/** What we set ourselves. `least` and `most` bound the value, `share` the ratio to the limit of the same run. */
export const goals = [
  { bench: 'ingest', figure: 'durable', share: 0.8, title: 'events kept, of a bare server' },
  { bench: 'ingest', figure: 'folded', share: 0.65, title: 'events in effect, of a bare server' },
  { bench: 'ingest', figure: 'visible-p99-ms', most: 1000, title: 'an event shows, 99 % within' },
  { bench: 'ingest', figure: 'audience-1m-s', most: 10, title: 'an audience over a million' },
  { bench: 'recommend', figure: 'learn', least: 500_000, title: 'events learned a second' },
  { bench: 'recommend', figure: 'query-p99-ms', most: 1, title: 'a list, 99 % within' },
  { bench: 'recommend', figure: 'queries', least: 8000, title: 'lists a second and core' },
  { bench: 'recommend', figure: 'bytes-per-event', most: 60, title: 'memory of an event' },
  { bench: 'recommend', figure: 'snapshot-pause-ms', most: 20, title: 'rest while it is kept' },
  { bench: 'recommend', figure: 'snapshot-load-s', most: 5, title: 'read again' },
  { bench: 'recommend', figure: 'batch', least: 5000, title: 'people a second in batches' },
  { bench: 'recommend', figure: 'fresh-p99-ms', most: 1000, title: 'an order shows, 99 % within' },
  { bench: 'timers', figure: 'add', share: 0.5, title: 'runs let in, of bare inserts' },
  { bench: 'timers', figure: 'wake-and-decide', share: 0.5, title: 'runs woken, of a bare loop' },
  { bench: 'timers', figure: 'late-p99-ms', most: 1000, title: 'a wait is late, 99 % within' },
  { bench: 'timers', figure: 'read-audience-1m-s', most: 60, title: 'a million read into runs' },
  { bench: 'timers', figure: 'simulate-300k-days-s', most: 30, title: '10,000 people simulated' },
  { bench: 'mail', figure: 'sent', share: 0.8, title: 'mails sent, of nodemailer' },
  { bench: 'mail', figure: 'sent-dkim', share: 0.8, title: 'signed mails, of nodemailer' },
  { bench: 'reports', figure: 'report-p95-ms', most: 500, title: 'a page of reports, 95 % within' },
];

/** Sizes of which each is ten times the one before it, and what is looked at in each. */
export const growth = [
  {
    bench: 'ingest',
    of: ['5,000', '50,000', '500,000'].map((size) => `${size} events before`),
    flags: ['5000', '50000', '500000'].map((size) => [
      '--warm',
      size,
      '--seconds',
      '4',
      '--rounds',
      '1',
      '--probes',
      '60',
      '--people',
      '20000',
    ]),
    figures: {
      'folded-cpu': 'processor time of an event',
      'visible-p99-ms': 'an event shows, 99 % within',
      'half-load-p99-ms': 'an answer at half load, 99 % within',
    },
  },
  {
    bench: 'timers',
    of: ['10,000', '100,000', '1,000,000'].map((size) => `${size} runs wait`),
    flags: ['10000', '100000', '1000000'].map((size) => [
      '--runs',
      size,
      '--wake',
      '5000',
      '--late',
      '2000',
      '--audience',
      '10000',
      '--people',
      '200',
    ]),
    figures: {
      'add-processor-us': 'letting a run in',
      'wake-and-decide-processor-us': 'waking a run',
      'memory-mb': 'memory',
    },
  },
  {
    bench: 'recommend',
    of: ['100,000', '1 M', '10 M'].map((size) => `${size} events learned`),
    flags: ['100000', '1000000', '10000000'].map((size) => [
      '--events',
      size,
      '--items',
      String(Number(size) / 20),
      '--http-events',
      '20000',
      '--http-items',
      '2000',
      '--seconds',
      '2',
      '--rounds',
      '1',
      '--probes',
      '10',
    ]),
    figures: {
      'query-p50-ms': 'a list, half of them within',
      'query-p99-ms': 'a list, 99 % within',
      'snapshot-load-s': 'read again',
    },
  },
  {
    bench: 'mail',
    of: ['500', '5,000', '50,000'].map((size) => `${size} mails in one go`),
    flags: ['500', '5000', '50000'].map((size) => ['--mails', '400', '--bulk', size]),
    figures: { 'bulk-1m-mb': 'most memory of the sending process' },
  },
  {
    bench: 'reports',
    of: ['10,000', '100,000', '1,000,000'].map((size) => `${size} people`),
    flags: ['10000', '100000', '1000000'].map((size) => ['--people', size, '--shared', '0']),
    figures: { 'report-p95-ms': 'a page of reports, 95 % within', 'order-with-roll-up': 'an order with its roll-up' },
  },
];

/** What a million of something takes: a figure of processor time each, and how many of its unit are a second. */
export const costs = [
  {
    bench: 'ingest',
    figure: 'folded-cpu',
    per: 1000,
    what: 'a million events until they have taken effect',
    with: 'server and PostgreSQL',
  },
  {
    bench: 'mail',
    figure: 'sent-processor',
    per: 1000,
    what: 'a million personal mails of twelve items',
    with: 'the sending process; PostgreSQL and the mail server apart',
  },
  {
    bench: 'timers',
    figure: 'wake-and-decide-processor-us',
    per: 1e6,
    what: 'a million runs woken and decided',
    with: 'process and PostgreSQL',
  },
  {
    bench: 'recommend',
    figure: 'http-answer-cpu-ms',
    per: 1000,
    what: 'a million answers with recommendations over HTTP',
    with: 'the answering process',
  },
];

/** What is not run here, as its authors state it. */
export const quoted = [
  {
    who: 'Serenade',
    says: '90th percentile under 7 ms from end to end at 1,000 requests a second on 2 vCPU',
    where: 'its README',
    differs: 'it answers next items of a visit in Rust; no rules, profiles, reasons or rendering',
  },
  {
    who: 'Metarank',
    says: 'ranking in 10–30 ms; import of 1,000–3,000 events a second',
    where: 'doc/performance.md',
    differs: 'it ranks candidates it is given, by features',
  },
  {
    who: 'listmonk',
    says: 'a campaign of more than 7 million mails with a fraction of one core and 57 MB at most; about 50,000 mails a minute for each mail server behind it',
    where: 'its site, and its issues 475 and 1805',
    differs: 'one text for everybody with a few fields; no list of products, no gates, no record before the first byte',
  },
  {
    who: 'Parcelvoy',
    says: '2,000 mails a minute on a t3.large with four workers',
    where: 'its issue 600, a user',
    differs: 'one template a mail; the limit was set to 550 a second',
  },
];
