import { currencyDigits, shardOf, toMajor } from '../base/index.ts';
import type { HistoryEvent, RuleTables } from '../language/index.ts';
import type { Migration, Runner } from '../store/index.ts';
import { is, type ShopEvent } from './event.ts';

/**
 * Types that only the shop's server may tell of (trust.md §3.5): what a browser says of them is no purchase, so the history
 * of a person does not have it under these types.
 */
const serverTypes = [
  'commerce.purchases',
  'commerce.refunds',
  'commerce.orderCancellations',
  'commerce.orderUpdates',
] as const;

/** Currencies, old ones among them, that may have other than two digits after the point; how many, Intl says. */
const oddCurrencies =
  'ADP AFN ALL BHD BIF BYR CLF CLP COP DJF ESP GNF HUF IDR IQD IRR ISK ITL JOD JPY KMF KPW KRW KWD LAK LBP LUF LYD MGA MGF MMK MRO OMR PKR PYG RWF SLL SOS STD SYP TMM TND TRL UGX UYI UYW VND VUV XAF XOF XPF YER ZMK ZWD';

let oddDigits: string | undefined;

/** Digits after the point where they are not two, as JSON: so the database counts like `toMajor`. */
function digitsText(): string {
  oddDigits ??= JSON.stringify(
    Object.fromEntries(
      [...new Set([...oddCurrencies.split(' '), ...Intl.supportedValuesOf('currency')])]
        .map((code) => [code, currencyDigits(code)] as const)
        .filter(([, digits]) => digits !== 2),
    ),
  );
  return oddDigits;
}

/** Functions by which the database sees events as expressions do. */
export const historyMigrations: Migration[] = [
  {
    name: '0110-event-history',
    sql: `
create function event_major(minor jsonb, currency jsonb, digits jsonb) returns jsonb language sql immutable parallel safe as $f$
  select case when jsonb_typeof(minor) = 'number' and jsonb_typeof(currency) = 'string'
    then to_jsonb((minor::numeric / (10::numeric ^ coalesce((digits ->> (currency #>> '{}'))::int, 2)))::float8) end
$f$;
create function event_view(body jsonb, digits jsonb) returns jsonb language sql immutable parallel safe as $f$
  select body || jsonb_build_object('type', body #> '{types,0}')
    || case when jsonb_typeof(body -> 'order') = 'object' then jsonb_build_object('order', (body -> 'order') - 'totalMinor'
      || jsonb_build_object('total', event_major(body #> '{order,totalMinor}', body #> '{order,currency}', digits))) else '{}' end
    || case when jsonb_typeof(body -> 'items') = 'array' then jsonb_build_object('items', (
      select coalesce(jsonb_agg(jsonb_build_object('quantity', 1) || (item - 'priceMinor')
        || jsonb_build_object('price', event_major(item -> 'priceMinor', item -> 'currency', digits)) order by place), '[]')
      from jsonb_array_elements(body -> 'items') with ordinality as t(item, place))) else '{}' end
$f$;
`,
  },
  {
    // What we did to somebody is kept under the profile's own name; rules over everybody look it up by that.
    name: '0111-event-of-profile',
    sql: `create index event_of_profile on event (visitor) where visitor like 'profile:%';`,
  },
];

/** An event as histories have it: its own fields, with money in major units. Null for a machine's. */
export function historyEvent(event: ShopEvent): HistoryEvent | null {
  if (event.bot) return null;
  const { items, order, source, id, types, happenedAt, ...rest } = event;
  return {
    ...rest,
    id: `${source}:${id}`,
    source,
    type: types[0],
    types: historyTypes(event),
    at: happenedAt,
    ...(items ? { items: items.map(itemView) } : {}),
    ...(order ? { order: orderView(order) } : {}),
  };
}

/** The types it has in a history. */
export function historyTypes(event: ShopEvent): string[] {
  if (event.level >= 3 || !serverTypes.some((type) => is(event, type))) return event.types;
  return event.types.filter((type) => !serverTypes.some((one) => one === type));
}

function itemView({ priceMinor, ...item }: NonNullable<ShopEvent['items']>[number]): Record<string, unknown> {
  const known = priceMinor !== undefined && item.currency !== undefined;
  return { quantity: 1, ...item, price: known ? toMajor(priceMinor, item.currency!) : null };
}

function orderView({ totalMinor, ...order }: NonNullable<ShopEvent['order']>): Record<string, unknown> {
  return { ...order, total: toMajor(totalMinor, order.currency) };
}

/** Does an expression read a field that the stored event lacks or has in another form? In doubt yes. */
const needsView = /\b(type|total|price|quantity)\b|minor/i;

/** Whose the events of which visitors are, in SQL of the caller's own making. */
export interface HistoryOwners {
  /** A query with owner, shard, visitor, and until (received before; null: open). */
  spans: string;
  /** Does an event `e`, received before the `until` of its span `o`, belong to an earlier span? */
  earlier: string;
  /** A query with owner and visitor, for visitors that begin with `profile:`; absent: they are not asked for. */
  own?: string;
}

/**
 * The log as a query over everybody's history sees it, the twin of `historyEvent`.
 *
 * @param source the expression that will ask: only where it reads money are events brought into their other form
 */
export function historyTables({ spans, earlier, own }: HistoryOwners, source: string): RuleTables['events'] {
  const told = serverTypes.map((type) => `'${type}'`).join(', ');
  const human = `e.body ->> 'bot' is distinct from 'true'`;
  const bySpan = `select o.owner, e.happened_at, e.body from (${spans}) o join event e on e.shard = o.shard and e.visitor = o.visitor
      and (o.until is null or e.received_at < o.until) and not (${earlier}) where ${human}`;
  const byName = `select o.owner, e.happened_at, e.body from (${own}) o join event e on e.visitor = o.visitor and e.visitor like 'profile:%'
      where ${human}`;
  return {
    from: `(${own === undefined ? bySpan : `${bySpan} union all ${byName}`}) e`,
    profile: 'e.owner',
    types: `(case when (e.body ->> 'level')::int >= 3 then e.body -> 'types' else (e.body -> 'types') - array[${told}] end)`,
    at: 'e.happened_at',
    id: `((e.body ->> 'source') || ':' || (e.body ->> 'id'))`,
    data: needsView.test(source) ? `event_view(e.body, '${digitsText()}'::jsonb)` : 'e.body',
    itemTexts: ['id'],
  };
}

/**
 * What these visitors did of some types, since a moment (UTC ms; `-Infinity` for all there is), in no order. Machines are
 * left out. In the caller's transaction.
 */
export async function historyOfVisitors(
  runner: Runner,
  query: { visitors: readonly string[]; types: readonly string[]; since: number },
): Promise<ShopEvent[]> {
  const { visitors, types, since } = query;
  if (visitors.length === 0 || types.length === 0) return [];
  const rows = await runner.rows<{ body: ShopEvent }>({
    name: 'event.history-of',
    text: `select e.body from unnest($1::smallint[], $2::text[]) as x(shard, visitor)
      join event e on e.shard = x.shard and e.visitor = x.visitor and e.happened_at >= $4
      where e.body -> 'types' ?| $3 and e.body ->> 'bot' is distinct from 'true'`,
    values: [visitors.map(shardOf), visitors, types, since > -8e15 ? new Date(since) : '-infinity'],
  });
  return rows.map(({ body }) => body);
}
