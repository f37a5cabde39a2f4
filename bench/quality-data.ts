import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { SeededRandom } from '../src/base/index.ts';
import type { PastEvent, PastItem, PastQuery } from '../src/recommend/index.ts';

/** One question with what should have been answered. */
export interface Question {
  query: PastQuery;
  wanted: string[];
  /** Questions of one unit depend on each other. */
  unit: string;
}

/** Public data made into what `beckon evaluate` reads. */
export interface QualitySet {
  name: string;
  events: PastEvent[];
  questions: Question[];
  items?: PastItem[];
  /** The item looked at now is taken out of every answer, as Serenade does (EXLAST). */
  withoutCurrent?: boolean;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const day = 24 * 3600 * 1000;

/** Where the data lie; null when they are not there. */
export function dataFolder(): string | null {
  const beside = [process.env.BECKON_BENCH_DATA, join(root, '..', 'shared', 'data', 'recs')];
  return beside.find((folder) => folder !== undefined && existsSync(folder)) ?? null;
}

type Read = (name: string) => string[];
type Maker = { name: string; needs: string[]; make: (read: Read) => QualitySet[] };

/** Which sets there are, and the files that each needs. `tune` takes parts that the report does not. */
const makers: Record<'report' | 'tune', readonly Maker[]> = {
  report: [
    {
      name: 'rsc15',
      needs: ['rsc15-100k_train_tr.tsv.gz', 'rsc15-100k_train_valid.tsv.gz'],
      make: (read) =>
        sessionSets('rsc15', clicks(read('rsc15-100k_train_tr.tsv.gz')), clicks(read('rsc15-100k_train_valid.tsv.gz'))),
    },
    {
      name: 'serenade',
      needs: ['serenade-toy_train.tsv.gz', 'serenade-toy_valid.tsv.gz'],
      make: (read) =>
        sessionSets('serenade', clicks(read('serenade-toy_train.tsv.gz')), clicks(read('serenade-toy_valid.tsv.gz'))),
    },
    {
      name: 'carts',
      needs: ['online-retail_carts_to-2011-11-08.jsonl.gz'],
      make: (read) => [carts(read, { weeks: 3, before: 0 })],
    },
    {
      name: 'orders',
      needs: ['online-retail_carts_to-2011-11-08.jsonl.gz'],
      make: (read) => orders(read, { weeks: 3, before: 0 }),
    },
    {
      name: 'beauty',
      needs: ['amazon-beauty_sequences.txt.gz', 'amazon-beauty_item2attributes.json.gz'],
      make: (read) => [beauty(read, 1)],
    },
    { name: 'beibei', needs: ['beibei_buy_train.txt.gz', 'beibei_cart.txt.gz'], make: (read) => [beibei(read, 1)] },
  ],
  tune: [
    {
      name: 'rsc15',
      needs: ['rsc15-100k_train_tr.tsv.gz', 'rsc15-100k_train_valid.tsv.gz'],
      make: (read) =>
        sessionSets('rsc15', clicks(read('rsc15-100k_train_tr.tsv.gz')), clicks(read('rsc15-100k_train_valid.tsv.gz'))),
    },
    {
      name: 'serenade',
      needs: ['serenade-toy_train.tsv.gz'],
      make: (read) => {
        const [train, last] = splitByTime(clicks(read('serenade-toy_train.tsv.gz')), 3 * day);
        return sessionSets('serenade', train, last);
      },
    },
    {
      name: 'carts',
      needs: ['online-retail_carts_to-2011-11-08.jsonl.gz'],
      make: (read) => [carts(read, { weeks: 3, before: 3 })],
    },
    {
      name: 'orders',
      needs: ['online-retail_carts_to-2011-11-08.jsonl.gz'],
      make: (read) => orders(read, { weeks: 3, before: 3 }),
    },
    {
      name: 'beauty',
      needs: ['amazon-beauty_sequences.txt.gz', 'amazon-beauty_item2attributes.json.gz'],
      make: (read) => [beauty(read, 2)],
    },
    { name: 'beibei', needs: ['beibei_buy_train.txt.gz', 'beibei_cart.txt.gz'], make: (read) => [beibei(read, 2)] },
  ],
};

/** The sets whose files are there, one after the other; of the others `onSkip` is told what is missing. */
export function* qualitySets(
  kind: 'report' | 'tune',
  {
    folder,
    only,
    onSkip,
  }: { folder: string; only?: readonly string[]; onSkip: (name: string, missing: string) => void },
): Generator<QualitySet> {
  const read: Read = (name) =>
    gunzipSync(readFileSync(join(folder, name)))
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  for (const { name, needs, make } of makers[kind]) {
    if (only && !only.includes(name)) continue;
    const missing = needs.filter((file) => !existsSync(join(folder, file)));
    if (missing.length > 0) onSkip(name, missing.join(', '));
    else yield* make(read);
  }
}

interface Window {
  weeks: number;
  before: number;
}

interface Click {
  session: string;
  item: string;
  at: number;
}

function clicks(lines: string[]): Click[] {
  return lines
    .slice(1)
    .map((line) => {
      const [session, item, seconds] = line.split('\t');
      return { session: session!, item: item!, at: Math.round(Number(seconds) * 1000) };
    })
    .sort((a, b) => a.at - b.at);
}

/** The visits that ended in the last `ms`, and those before. */
function splitByTime(all: Click[], ms: number): [Click[], Click[]] {
  const from = all.at(-1)!.at - ms;
  const ends = new Map<string, number>();
  for (const { session, at } of all) ends.set(session, at);
  return [
    all.filter(({ session }) => ends.get(session)! < from),
    all.filter(({ session }) => ends.get(session)! >= from),
  ];
}

/**
 * Next item of a visit (recommender-quality §3): each place of every later visit is asked in turn. STD: items may come
 * back. EXLAST: the item looked at now is not shown. NOVEL: nothing of the visit is shown, and only new items are wanted.
 */
function sessionSets(name: string, train: Click[], later: Click[]): QualitySet[] {
  const events = train.map(({ session, item, at }): PastEvent => ({
    visitor: session,
    session,
    item,
    kind: 'view',
    at,
  }));
  const known = new Set(train.map(({ item }) => item));
  const visits = new Map<string, Click[]>();
  for (const click of later) {
    if (!known.has(click.item)) continue;
    visits.set(click.session, [...(visits.get(click.session) ?? []), click]);
  }
  const all: Question[] = [];
  const novel: Question[] = [];
  for (const [session, steps] of visits) {
    for (let n = 1; n < steps.length; n++) {
      const seen = steps.slice(0, n).map(({ item, at }) => ({ item, at }));
      const at = seen.at(-1)!.at;
      const base = { id: `${session}/${n}`, criterion: 'session', session: seen, at, limit: 21 } as const;
      const target = steps[n]!.item;
      all.push({ query: { ...base, repeats: true }, wanted: [target], unit: session });
      if (!seen.some(({ item }) => item === target))
        novel.push({ query: { ...base, limit: 20 }, wanted: [target], unit: session });
    }
  }
  return [
    { name: `${name}-std`, events, questions: all },
    { name: `${name}-exlast`, events, questions: all, withoutCurrent: true },
    { name: `${name}-novel`, events, questions: novel },
  ];
}

interface Cart {
  at: number;
  customer: string;
  items: string[];
}

/** The carts of Online Retail before the window of so many weeks that ends so many weeks before the end, and in it. */
function cartsOf(read: Read, { weeks, before }: Window): { train: Cart[]; later: Cart[] } {
  const all = read('online-retail_carts_to-2011-11-08.jsonl.gz')
    .map((line) => JSON.parse(line) as { t: number; customer: number | string; items: string[] })
    .map(({ t, customer, items }) => ({ at: t * 1000, customer: String(customer), items: [...new Set(items)] }))
    .filter(({ items }) => items.length >= 2 && items.length <= 150)
    .sort((a, b) => a.at - b.at);
  const end = all.at(-1)!.at - before * 7 * day;
  const from = end - weeks * 7 * day;
  return { train: all.filter(({ at }) => at < from), later: all.filter(({ at }) => at >= from && at <= end) };
}

function purchasesOf(carts: readonly Cart[]): PastEvent[] {
  return carts.flatMap(({ at, customer, items }, n) =>
    items.map((item): PastEvent => ({ visitor: customer, session: `cart${n}`, item, kind: 'purchase', at })),
  );
}

/** Cart completion (§4a): up to 5 random lines of each later cart hidden one at a time, at most 10 others shown. */
function carts(read: Read, window: Window): QualitySet {
  const { train, later } = cartsOf(read, window);
  const events = purchasesOf(train);
  const known = new Set(events.map(({ item }) => item));
  const random = new SeededRandom(20111018);
  const questions: Question[] = [];
  later.forEach(({ at, items }, n) => {
    const lines = items.filter((item) => known.has(item));
    if (lines.length < 2) return;
    for (const [i, hidden] of shuffled(lines, random).slice(0, 5).entries()) {
      const others = lines.filter((item) => item !== hidden);
      const shown = shuffled(others, random).slice(0, 10);
      const query = { id: `cart${n}/${i}`, criterion: 'cart', cart: shown, at, limit: 20 } as const;
      questions.push({ query, wanted: [hidden], unit: `cart${n}` });
    }
  });
  return { name: 'carts', events, questions };
}

/**
 * The next order of each customer known before: its items that are new to the customer, as a list for a person, and all
 * of its items, as the next basket.
 */
function orders(read: Read, window: Window): QualitySet[] {
  const { train, later } = cartsOf(read, window);
  const events = purchasesOf(train);
  const known = new Set(events.map(({ item }) => item));
  const had = new Map<string, Set<string>>();
  for (const { visitor, item } of events) had.set(visitor, (had.get(visitor) ?? new Set()).add(item));
  const [fresh, next]: [Question[], Question[]] = [[], []];
  const asked = new Set<string>();
  for (const { customer, at, items } of later) {
    const own = had.get(customer);
    if (own === undefined || !/^\d+$/.test(customer) || asked.has(customer)) continue;
    asked.add(customer);
    const all = items.filter((item) => known.has(item));
    const wanted = all.filter((item) => !own.has(item));
    const base = { id: customer, visitor: customer, at, limit: 20 };
    if (wanted.length > 0) fresh.push({ query: { ...base, criterion: 'for-you' }, wanted, unit: customer });
    if (all.length > 0) next.push({ query: { ...base, criterion: 'next-basket' }, wanted: all, unit: customer });
  }
  return [
    { name: 'orders-new', events, questions: fresh },
    { name: 'orders-next', events, questions: next },
  ];
}

/** For you (§4d): the item `back` from the end of each person's purchases is wanted, what comes before is known. */
function beauty(read: Read, back: number): QualitySet {
  const people = read('amazon-beauty_sequences.txt.gz').map((line) => line.split(' '));
  const attributes = JSON.parse(read('amazon-beauty_item2attributes.json.gz').join('\n')) as Record<string, number[]>;
  const events: PastEvent[] = [];
  const questions: Question[] = [];
  const longest = Math.max(...people.map(({ length }) => length));
  for (const [person, ...items] of people) {
    const last = items.length - back;
    if (last < 2) continue;
    items.slice(0, last - 1).forEach((item, n) => {
      events.push({ visitor: person!, session: person!, item, kind: 'purchase', at: day * (longest - last + n) });
    });
    const session = items.slice(0, last).map((item, n) => ({ item, at: day * (longest - last + n) }));
    const query = { id: person!, criterion: 'for-you', session, at: day * longest, limit: 20 } as const;
    questions.push({ query, wanted: [items[last]!], unit: person! });
  }
  events.sort((a, b) => a.at - b.at);
  const items = Object.entries(attributes).map(([item, values]): PastItem => ({
    item,
    attributes: { is: values.map(String) },
  }));
  return { name: 'beauty', events, questions, items };
}

/**
 * Last buy with a cart (§4b). The file has no times and its rows are in order of item, so one purchase of each person is
 * drawn by seed; the cart is what the file says, the wanted item in it where it was.
 */
function beibei(read: Read, seed: number): QualitySet {
  const rows = (name: string) => new Map(read(name).map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)]));
  const [bought, carted] = [rows('beibei_buy_train.txt.gz'), rows('beibei_cart.txt.gz')];
  const random = new SeededRandom(seed);
  const events: PastEvent[] = [];
  const questions: Question[] = [];
  for (const [person, items] of bought) {
    const hidden = items.length < 2 ? -1 : Math.floor(random.next() * items.length);
    const event = { visitor: person, session: person };
    for (const item of carted.get(person) ?? []) events.push({ ...event, item, kind: 'cart', at: day });
    items.forEach((item, n) => n === hidden || events.push({ ...event, item, kind: 'purchase', at: 2 * day }));
    if (hidden < 0) continue;
    const query = { id: person, criterion: 'for-you', visitor: person, at: 3 * day, limit: 50 } as const;
    questions.push({ query, wanted: [items[hidden]!], unit: person });
  }
  events.sort((a, b) => a.at - b.at);
  return { name: 'beibei', events, questions };
}

function shuffled<T>(values: readonly T[], random: SeededRandom): T[] {
  const copy = [...values];
  for (let n = copy.length - 1; n > 0; n--) {
    const other = Math.floor(random.next() * (n + 1));
    [copy[n], copy[other]] = [copy[other]!, copy[n]!];
  }
  return copy;
}
