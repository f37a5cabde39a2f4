import type { Runner } from '../store/index.ts';
import { shownBy } from './table-mail.ts';
import { columns, names, sums } from './table-sums.ts';

/** The looks at the roll-ups besides the hours of units: is each the sum of what it is made of? Each looks at one comparison, day or month. */

/** Do the shop's days equal their hours, of one comparison? @returns days that do not, at most ten */
export async function auditDaysOf(runner: Runner, journey: string, zone: string): Promise<string[]> {
  const rows = await runner.rows<{ day: string }>({
    text: `with hours as (select (hour at time zone $2)::date as day, arm, ${sums} from measure_tally where journey = $1 group by 1, 2),
      days as (select day, arm, ${columns} from measure_day where journey = $1)
      select distinct day::text as day from hours h full join days d using (day, arm)
      where (${names.map((name) => `h.${name}`).join(', ')}) is distinct from (${names.map((name) => `d.${name}`).join(', ')}) order by 1 limit 10`,
    values: [journey, zone],
  });
  return rows.map(({ day }) => day);
}

/** The first day of UTC of which something of mails or pages is added up, `2026-11-30`; null: there is none. */
export async function firstDay(runner: Runner): Promise<string | null> {
  const [row] = await runner.rows<{ day: string | null }>({
    text: `select least((select min(coalesce(planned_at, at)) from measure_sent) at time zone 'UTC',
      (select min(month) from measure_shown_month)::timestamp)::date::text as day`,
  });
  return row!.day;
}

/** What the mails of a day showed, against the roll-up: journeys in which they differ. */
export async function auditMailsShown(runner: Runner, day: string): Promise<string[]> {
  const rows = await runner.rows<{ journey: string }>({
    text: `with facts as (${shownBy(
      `(select * from measure_sent where coalesce(planned_at, at) >= $1::date::timestamp at time zone 'UTC'
          and coalesce(planned_at, at) < ($1::date + 1)::timestamp at time zone 'UTC')`,
      1,
    )}),
      known as (select journey from measure_journey union select journey from facts),
      rolled as (select journey, criterion, position, item, sum(shown) as shown, sum(held) as held from (
          select journey, criterion, position, item, shown, held from measure_shown where day = $1::date and journey = any(array(select journey from known))
          union all select journey, criterion, position, item, shown, held from measure_shown_delta where day = $1::date and journey <> '') each
        group by 1, 2, 3, 4)
      select distinct journey from facts f full join rolled r using (journey, criterion, position, item)
      where coalesce(f.shown, 0) <> coalesce(r.shown, 0) or coalesce(f.held, 0) <> coalesce(r.held, 0) order by 1 limit 10`,
    values: [day],
  });
  return rows.map(({ journey }) => journey);
}

/** The month of a day, of pages and mails, against its days: journeys in which they differ; pages have the empty one. */
export async function auditMonth(runner: Runner, day: string): Promise<string[]> {
  const rows = await runner.rows<{ journey: string }>({
    text: `with days as (select journey, criterion, position, item, sum(shown) as shown, sum(clicked) as clicked, sum(held) as held from measure_shown
          where day >= date_trunc('month', $1::date)::date and day < (date_trunc('month', $1::date) + interval '1 month')::date group by 1, 2, 3, 4),
      month as (select * from measure_shown_month where month = date_trunc('month', $1::date)::date)
      select distinct journey from days d full join month m using (journey, criterion, position, item)
      where (d.shown, d.clicked, d.held) is distinct from (m.shown, m.clicked, m.held) order by 1 limit 10`,
    values: [day],
  });
  return rows.map(({ journey }) => journey);
}

/** Journeys that somebody has come to, without their experiments and what is of all mail. */
export async function journeysBegun(runner: Runner): Promise<string[]> {
  const rows = await runner.rows<{ journey: string }>({
    text: `select journey from measure_journey where position('/' in journey) = 0 and not starts_with(journey, 'global:') order by 1`,
  });
  return rows.map(({ journey }) => journey);
}
