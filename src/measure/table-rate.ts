import type { Runner } from '../store/index.ts';
import { rateDays } from './table-sums.ts';

/** The report's own currency is worth itself, on every day. */
export async function ownRate(runner: Runner, currency: string): Promise<void> {
  await runner.run({
    text: `insert into measure_rate (currency, day, factor) values ($1, date '0001-01-01', 1) on conflict do nothing`,
    values: [currency],
  });
}

/** A currency on a day. */
interface RateDay {
  currency: string;
  day: string;
}

/** People with units whose orders these rates may change. */
export async function holdersOf(tx: Runner, rates: readonly RateDay[]): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>({
    text: `select distinct o.profile_id as id from unnest($1::text[], $2::date[]) g(currency, day)
      join measure_order o on o.currency = g.currency
        and o.at >= g.day::timestamp at time zone 'UTC' and o.at < (g.day + ${rateDays})::timestamp at time zone 'UTC'
      join measure_unit u on u.profile_id = o.profile_id order by 1`,
    values: [rates.map(({ currency }) => currency), rates.map(({ day }) => day)],
  });
  return rows.map(({ id }) => id);
}

/** What another currency is worth on days: minor units of the report's currency for one minor unit of it. */
export async function putRates(tx: Runner, rates: readonly (RateDay & { factor: number })[]): Promise<void> {
  await tx.run({
    text: `insert into measure_rate (currency, day, factor)
      select distinct on (1, 2) * from unnest($1::text[], $2::date[], $3::float8[]) order by 1, 2
      on conflict (currency, day) do update set factor = excluded.factor`,
    values: [rates.map(({ currency }) => currency), rates.map(({ day }) => day), rates.map(({ factor }) => factor)],
  });
}

export async function ratesOf(runner: Runner): Promise<{ currency: string; day: string; factor: number }[]> {
  return runner.rows({
    text: `select currency, day::text as day, factor::float8 as factor from measure_rate
      where day > date '0001-01-01' order by currency, day desc limit 10000`,
  });
}
