import { FakeClock } from '../../src/base/index.ts';
import { Measure } from '../../src/measure/index.ts';
import { Counts } from '../../src/message/index.ts';
import type { Store } from '../../src/store/index.ts';

/** A shop's year as reports see it, written by SQL, for tests and benches of reading it. */
export interface Year {
  people: number;
  /** Over so many days up to `now`, evenly. */
  days: number;
  items: number;
}

export const now = Date.UTC(2026, 10, 30, 9);
export const journeys = ['abandoned-cart', 'viewed-not-bought', 'only-wandered'];
const zone = 'Europe/Berlin';
const dayMs = 86_400_000;

/** Reports on a store; nothing but a name is asked of journeys. */
export function measureOn(store: Store): Measure {
  const none = async () => [];
  const counts = { version: 1, holdout: 0.1, entered: 0, active: 0, ended: 0, byState: {} };
  return new Measure({
    store,
    clock: new FakeClock(now),
    currency: 'EUR',
    zone,
    journeys: {
      counts: async (name) => ({ name, status: 'live', ...counts, byEnd: [] }),
      nameOf: () => undefined,
      stepsOf: none,
    },
    messages: { counts: new Counts(store, zone), ofProfile: none },
    profiles: { visitorsOf: none, get: async () => null },
    log: { history: none },
    catalog: { get: () => undefined },
  });
}

/**
 * Units in three journeys and a mail each with four items; a fifth bought, one in ten of the orders is credited to a click, and pages showed
 * every item at four places each day. The roll-ups are not made: `rebuild` does that.
 */
export async function fillYear(store: Store, { people, days, items }: Year): Promise<void> {
  const id = `('00000000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid`;
  const at = `timestamptz '2026-11-30 09:00Z' - (i::float8 / ${people}) * interval '${days} days'`;
  const journey = `(array['${journeys.join("','")}'])[i % 3 + 1]`;
  const series = `generate_series(1, ${people}) i`;
  const item = (n: string) => `'item-' || (i * 7 + ${n} * 13) % ${items}`;
  const run = (text: string) => store.run({ text });
  await Promise.all([
    run(`insert into measure_unit (journey, profile_id, shard, arm, assigned_at)
      select ${journey}, ${id}, i % 64, case when i % 10 = 0 then 'control' else 'treated' end, ${at} from ${series}`),
    run(`insert into message (shard, id, key, run_id, journey, journey_version, activity, visit, profile_id, template, context,
        class, holdout, state, reason, arm, planned_at, due, deadline, changed_at)
      select i % 64, ${id}, 'k' || i, 'r' || i, ${journey}, 1, 'mail', 1, ${id}, 't', '{}', 'marketing', 0.1,
        case when i % 10 = 0 then 'skipped' else 'accepted' end, case when i % 10 = 0 then 'held out' end,
        case when i % 10 = 0 then 'control' else 'treated' end, ${at}, ${at}, ${at}, ${at} from ${series}`),
    run(`insert into measure_order (order_id, profile_id, shard, at, minor, currency, items)
      select 'o' || i, ${id}, i % 64, ${at} + interval '2 days', 2000 + i % 9000, 'EUR', '[]' from ${series} where i % 5 = 0`),
    run(`insert into measure_sent (message_id, journey, profile_id, shard, at, activity, version, message, planned_at, held, shown)
      select 'm' || i, ${journey}, ${id}, i % 64, ${at}, 'mail', 1, 't', ${at}, i % 10 = 0, jsonb_build_array(
        ${[1, 2, 3, 4].map((n) => `jsonb_build_array('goes-with', ${n}, ${item(String(n))})`).join(', ')}) from ${series}`),
    run(`insert into measure_click (click_id, shard, profile_id, message_id, journey, at, landed_at, item, position, criterion)
      select 'c' || i, i % 64, ${id}, 'm' || i, ${journey}, ${at} + interval '1 day', ${at} + interval '1 day', ${item('1')}, 1, 'goes-with'
      from ${series} where i % 20 = 1 or i % 50 = 0`),
    run(`insert into measure_credit (order_id, profile_id, shard, message_id, journey, rule, click_id)
      select 'o' || i, ${id}, i % 64, 'm' || i, ${journey}, 'bench', 'c' || i from ${series} where i % 50 = 0`),
    run(`with made as (insert into measure_shown (day, criterion, position, item, shown, clicked)
        select date '2026-11-30' - d, (array['popular', 'goes-with', 'recent'])[d % 3 + 1], p, 'item-' || n, 40, 1
        from generate_series(0, ${days - 1}) d, generate_series(1, 4) p, generate_series(1, ${items}) n returning *)
      insert into measure_shown_month select '', date_trunc('month', day)::date, criterion, position, item, sum(shown), sum(clicked), 0
      from made group by 2, 3, 4, 5`),
  ]);
}

/** Every page of reports, and what it asks for. */
export function pagesOf(measure: Measure, journey: string): Record<string, () => Promise<unknown>> {
  const { crediting, comparing } = measure;
  const all = { from: null, until: null };
  const month = { from: now - 28 * dayMs, until: now };
  const mails = { journey: null, ...all } as const;
  return {
    'the report': () => measure.report(journey),
    'mails by day': () => measure.funnel(journey, { by: 'day' }),
    'mails by item': () => measure.funnel(journey, { by: 'item' }),
    'mails by criterion': () => measure.funnel(journey, { by: 'criterion' }),
    'sums by day': () => measure.sums(journey),
    '28 days beside 28': () =>
      measure.periods(journey, { now: month, before: { from: now - 56 * dayMs, until: now - 28 * dayMs } }),
    'other rules of credit': () => crediting.beside(journey),
    'items and places': () => crediting.items(journey, all),
    'recommendations on pages': () => crediting.recommendations({ by: 'slot', where: 'pages', ...mails }),
    'pages in 28 days': () => crediting.recommendations({ by: 'item', where: 'pages', journey: null, ...month }),
    'recommendations in mails': () => crediting.recommendations({ by: 'slot', where: 'mails', ...mails }),
    comparisons: () => comparing.ofJourney(journey),
  };
}
