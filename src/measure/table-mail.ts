import type { Migration, Runner } from '../store/index.ts';
import { shownWithin } from './table-shown.ts';

/**
 * The items of mails: how many mails each stood in, of how many that somebody held out would have got, and what was clicked and bought of it.
 * What was shown is a roll-up (`measure_shown`, with the journey's key) of the lists in `measure_sent`; clicks and orders are few, and are
 * counted when they are asked for.
 */
export const mailMigration: Migration = {
  name: '0706-measure-mail-items',
  sql: `
alter table measure_sent add column shown jsonb, add column held boolean not null default false;
alter table measure_click add column criterion text;
alter table measure_shown add column journey text not null default '', add column held bigint not null default 0;
alter table measure_shown drop constraint measure_shown_pkey;
alter table measure_shown add primary key (journey, day, criterion, position, item);
alter table measure_shown_delta add column journey text not null default '', add column held bigint not null default 0;
`,
};

/** Day of a mail: that of its plan, in UTC. */
const sentDay = (row: string) => `(coalesce(${row}.planned_at, ${row}.at) at time zone 'UTC')::date`;

/** What the mails of `from` showed, times `sign`, by journey, day, criterion, place and item. */
export const shownBy = (from: string, sign: 1 | -1) =>
  `select s.journey, ${sentDay('s')} as day, e ->> 0 as criterion, (e ->> 1)::int as position, e ->> 2 as item,
    ${sign} * count(*) filter (where not s.held) as shown, 0 as clicked, ${sign} * count(*) filter (where s.held) as held
  from ${from} s cross join lateral jsonb_array_elements(s.shown) e group by 1, 2, 3, 4, 5`;
const columns = '(journey, day, criterion, position, item, shown, clicked, held)';

/** The same appended to the roll-up. */
export const shownOf = (from: string, sign: 1 | -1): string =>
  `insert into measure_shown_delta ${columns} ${shownBy(from, sign)}`;

/** Takes what somebody's mails showed out of the roll-up, before their rows go. */
export async function unshow(tx: Runner, profileId: string): Promise<void> {
  await tx.run({ text: shownOf('(select * from measure_sent where profile_id = $1)', -1), values: [profileId] });
}

/** Makes the roll-up of mails anew. Nobody else may write meanwhile: both tables are locked. */
export async function rebuildShown(tx: Runner): Promise<void> {
  await tx.run({ text: 'lock table measure_sent, measure_shown_delta, measure_shown in exclusive mode' });
  for (const table of ['measure_shown_delta', 'measure_shown', 'measure_shown_month']) {
    await tx.run({ text: `delete from ${table} where journey <> ''` });
  }
  await tx.run({
    text: `with made as (insert into measure_shown ${columns} ${shownBy('measure_sent', 1)} returning *)
      insert into measure_shown_month select journey, date_trunc('month', day)::date, criterion, position, item, sum(shown), 0, sum(held)
      from made group by 1, 2, 3, 4, 5`,
  });
}

/** By what the items of mails may be told apart; any of them together. */
export type MailKey = 'criterion' | 'position' | 'item' | 'day';

/** What came of the items of mails; revenue in minor units of the report's currency. */
export interface MailItems {
  criterion: string;
  /** 0 where a mail did not say. */
  position: number;
  item: string;
  day: string;
  /** Mails that were sent with it, and that people held out would have got with it. */
  shown: number;
  heldOut: number;
  /** Different items among those shown. */
  items: number;
  /** Mails in which a person clicked it; in which nobody knows who did. */
  clicks: number;
  unknown: number;
  orders: number;
  /** Of them, those that had the item itself in them. */
  ordersWithIt: number;
  minor: number;
}

/** Where each key stands in the roll-up, and in a click of a mail. */
const keys: Record<MailKey, { shown: string; click: string; none: string }> = {
  criterion: { shown: 'criterion', click: `coalesce(c.criterion, '')`, none: `''::text` },
  position: { shown: 'position', click: 'coalesce(c.position, 0)', none: '0' },
  item: { shown: 'item', click: `coalesce(c.item, '')`, none: `''::text` },
  day: { shown: 'day::text', click: `${sentDay('t')}::text`, none: `''::text` },
};

/** Mails of which days, of which journey, and how they are told apart; UTC ms, whole days of UTC. */
export interface MailItemsQuery {
  journey: string | null;
  keys: readonly MailKey[];
  from: number | null;
  until: number | null;
}

/** Shown, clicked and bought by the keys, those with most orders first, at most 2,000 rows; everything else adds up under the empty item. */
export async function mailItems(runner: Runner, query: MailItemsQuery): Promise<MailItems[]> {
  const list = (from: 'shown' | 'click') =>
    Object.entries(keys)
      .map(([name, of]) => `${query.keys.includes(name as MailKey) ? of[from] : of.none} as ${name}`)
      .join(', ');
  const within = (day: string) =>
    `($2::timestamptz is null or ${day} >= ($2 at time zone 'UTC')::date) and ($3::timestamptz is null or ${day} < ($3 at time zone 'UTC')::date)`;
  const { journey, from, until } = query;
  const of = (column: string) => (journey === null ? `$1::text is null and ${column} <> ''` : `${column} = $1`);
  const at = (time: number | null) => (time === null ? null : new Date(time));
  const values: unknown[] = [journey, at(from), at(until)];
  const seen = shownWithin(of('journey'), { from, until }, { byDay: query.keys.includes('day'), values });
  // From the clicks and the credits, which are few, to the mails, each by its key: of all mails none is read besides.
  const asksDay = from !== null || until !== null || query.keys.includes('day');
  const mailOf = (row: string) =>
    asksDay
      ? `cross join lateral (select t.planned_at, t.at from measure_sent t where t.message_id = ${row}.message_id limit 1) t`
      : '';
  const inSpan = ` and ${asksDay ? within(sentDay('t')) : '$2::timestamptz is null and $3::timestamptz is null'}`;
  return runner.rows<MailItems>({
    text: `with seen as (
        select criterion, position, item, day, sum(shown) as shown, sum(held) as held, count(*) filter (where shown > 0) as items
        from (
          select ${list('shown')}, item as one, sum(shown) as shown, sum(held) as held from (${seen}) each group by 1, 2, 3, 4, 5
        ) by_item group by 1, 2, 3, 4
      ), clicked as (
        select criterion, position, item, day, count(*) filter (where person) as people, count(*) filter (where not person) as unknown
        from (select ${list('click')}, bool_or(c.landed_at is not null) as person
          from measure_click c ${mailOf('c')} where ${of('c.journey')}${inSpan} group by 1, 2, 3, 4, message_id) each
        group by 1, 2, 3, 4
      ), bought as (
        select ${list('click')}, count(*) as orders, sum(s.minor) as minor,
          count(*) filter (where s.items @> jsonb_build_array(jsonb_build_object('id', c.item))) as with_it
        from measure_credit k cross join lateral (select s.minor, s.items, s.cancelled from measure_sale s where s.order_id = k.order_id limit 1) s
          ${mailOf('k')}
          left join lateral (select c.* from measure_click c where c.click_id = k.click_id limit 1) c on true
        where not s.cancelled and ${of('k.journey')}${inSpan} group by 1, 2, 3, 4
      )
      select criterion, position, item, day, coalesce(shown, 0)::float8 as shown, coalesce(held, 0)::float8 as "heldOut",
        coalesce(items, 0)::float8 as items, coalesce(people, 0)::int as clicks, coalesce(unknown, 0)::int as unknown,
        coalesce(orders, 0)::int as orders, coalesce(with_it, 0)::int as "ordersWithIt", coalesce(minor, 0)::float8 as minor
      from seen full join clicked using (criterion, position, item, day) full join bought using (criterion, position, item, day)
      where coalesce(shown, 0) + coalesce(held, 0) + coalesce(people, 0) + coalesce(unknown, 0) + coalesce(orders, 0) > 0
      order by orders desc nulls last, shown desc nulls last, 1, 2, 3, 4 limit 2000`,
    values,
  });
}

/** Of mails of which something was heard, how often by item, criterion or place. */
export async function heardItems(
  runner: Runner,
  heard: readonly { messageId: string; kind: string }[],
  key: MailKey,
): Promise<{ group: string; kind: string; count: number }[]> {
  if (heard.length === 0) return [];
  const group = { criterion: 'e ->> 0', position: 'e ->> 1', item: 'e ->> 2', day: `${sentDay('s')}::text` }[key];
  return runner.rows({
    text: `select ${group} as "group", h.kind, count(distinct s.message_id)::int as count
      from unnest($1::text[], $2::text[]) as h(message_id, kind) join measure_sent s using (message_id)
        cross join lateral jsonb_array_elements(s.shown) e group by 1, 2`,
    values: [heard.map(({ messageId }) => messageId), heard.map(({ kind }) => kind)],
  });
}
