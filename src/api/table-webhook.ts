import { shardOf } from '../base/index.ts';
import type { Migration, Runner } from '../store/index.ts';

/** A webhook as stored; its secret is sealed. */
export interface WebhookRow {
  key: string;
  kind: 'shopify' | 'woocommerce' | 'generic';
  name: string;
  secret: string;
  /** The secret before this one, sealed as well, and until when it counts beside it (real time). */
  old_secret: string | null;
  old_until: Date | null;
  body: unknown;
  created_at: Date;
  taken: number;
  repeated: number;
  ignored: number;
  refused: number;
  turned_away: number;
  last_at: Date | null;
  last_refusal: string | null;
  last_refusal_at: Date | null;
}

/** What one or several deliveries came to. */
export interface Tally {
  taken?: number;
  repeated?: number;
  ignored?: number;
  refused?: number;
  turnedAway?: number;
  refusal?: string;
}

/** A request about somebody's data that a platform handed on. */
export interface RequestRow {
  id: string;
  hook: string;
  topic: string;
  body: unknown;
  at: Date;
  done_at: Date | null;
}

/** Tables of webhooks; part of the room's migrations. */
export const webhookMigrations: Migration[] = [
  {
    name: '0803-webhook',
    sql: `
create table webhook (
  key text primary key,
  kind text not null check (kind in ('shopify', 'woocommerce', 'generic')),
  name text not null,
  secret text not null,
  body jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  taken bigint not null default 0,
  repeated bigint not null default 0,
  ignored bigint not null default 0,
  refused bigint not null default 0,
  turned_away bigint not null default 0,
  last_at timestamptz,
  last_refusal text,
  last_refusal_at timestamptz
) with (fillfactor = 50);
create table webhook_delivery (
  hook text not null,
  digest text not null,
  at timestamptz not null default now(),
  primary key (hook, digest)
);
create index webhook_delivery_at on webhook_delivery (at);
create table webhook_newest (
  hook text not null,
  subject text not null,
  at timestamptz not null,
  primary key (hook, subject)
);
create table webhook_order (
  hook text not null,
  order_id text not null,
  shard smallint not null,
  visitor text not null,
  primary key (hook, order_id)
);
create index webhook_order_visitor on webhook_order (visitor);
create table webhook_request (
  id uuid primary key,
  hook text not null,
  topic text not null,
  body jsonb not null,
  at timestamptz not null,
  done_at timestamptz
);
`,
  },
  {
    // As it was written: the order of the identities says which one the shard hangs on, and jsonb would sort them.
    name: '0804-webhook-body-as-written',
    sql: 'alter table webhook alter column body type json using body::json;',
  },
  {
    name: '0806-webhook-old-secret',
    sql: 'alter table webhook add column old_secret text, add column old_until timestamptz;',
  },
];

const columns = `key, kind, name, secret, old_secret, old_until, body, created_at, taken::int, repeated::int, ignored::int, refused::int,
  turned_away::int, last_at, last_refusal, last_refusal_at`;

export async function listWebhooks(runner: Runner): Promise<WebhookRow[]> {
  return runner.rows<WebhookRow>({ text: `select ${columns} from webhook order by created_at, key` });
}

export async function findWebhook(runner: Runner, key: string): Promise<WebhookRow | undefined> {
  const query = { name: 'api.find-webhook', text: `select ${columns} from webhook where key = $1`, values: [key] };
  return (await runner.rows<WebhookRow>(query))[0];
}

export async function saveWebhook(
  runner: Runner,
  row: Pick<WebhookRow, 'key' | 'kind' | 'name' | 'secret' | 'old_secret' | 'old_until' | 'body'>,
): Promise<void> {
  await runner.run({
    text: `insert into webhook (key, kind, name, secret, old_secret, old_until, body) values ($1, $2, $3, $4, $5, $6, $7)
      on conflict (key) do update set kind = excluded.kind, name = excluded.name, secret = excluded.secret,
        old_secret = excluded.old_secret, old_until = excluded.old_until, body = excluded.body, updated_at = now()`,
    values: [row.key, row.kind, row.name, row.secret, row.old_secret, row.old_until, JSON.stringify(row.body)],
  });
}

/** Ends a webhook, and what was remembered for it; requests about people's data stay. Gives whether there was one. */
export async function dropWebhook(runner: Runner, key: string): Promise<boolean> {
  const count = await runner.run({ text: 'delete from webhook where key = $1', values: [key] });
  for (const table of ['webhook_delivery', 'webhook_newest', 'webhook_order']) {
    await runner.run({ text: `delete from ${table} where hook = $1`, values: [key] });
  }
  return count === 1;
}

/** @param tally with the moment of it, business time */
export async function tallyWebhook(runner: Runner, key: string, tally: Tally & { at: number }): Promise<void> {
  await runner.run({
    name: 'api.tally-webhook',
    text: `update webhook set taken = taken + $2, repeated = repeated + $3, ignored = ignored + $4,
        refused = refused + $5, turned_away = turned_away + $6,
        last_at = case when $2 + $3 + $4 + $5 > 0 then $8 else last_at end,
        last_refusal = coalesce($7, last_refusal),
        last_refusal_at = case when $7::text is null then last_refusal_at else $8 end
      where key = $1`,
    values: [
      key,
      tally.taken ?? 0,
      tally.repeated ?? 0,
      tally.ignored ?? 0,
      tally.refused ?? 0,
      tally.turnedAway ?? 0,
      tally.refusal ?? null,
      new Date(tally.at),
    ],
  });
}

/** Has this very body been taken before? */
export async function knowsDelivery(runner: Runner, hook: string, digest: string): Promise<boolean> {
  const rows = await runner.rows({
    name: 'api.knows-delivery',
    text: 'select 1 from webhook_delivery where hook = $1 and digest = $2',
    values: [hook, digest],
  });
  return rows.length > 0;
}

/** Remembers a body that took effect, for 30 days; forgets a few that are older. */
export async function noteDelivery(runner: Runner, hook: string, digest: string): Promise<void> {
  await runner.run({
    name: 'api.note-delivery',
    text: `with old as (
        delete from webhook_delivery where (hook, digest) in
          (select hook, digest from webhook_delivery where at < now() - interval '30 days' order by at limit 20
            for update skip locked)
      ) insert into webhook_delivery (hook, digest) values ($1, $2) on conflict do nothing`,
    values: [hook, digest],
  });
}

/** Notes that the subject is known as of `at`, unless something newer is; gives whether it is. */
export async function noteNewest(
  runner: Runner,
  hook: string,
  what: { subject: string; at: number },
): Promise<boolean> {
  const count = await runner.run({
    name: 'api.note-newest',
    text: `insert into webhook_newest as known (hook, subject, at) values ($1, $2, $3) on conflict (hook, subject) do update
      set at = excluded.at where known.at <= excluded.at`,
    values: [hook, what.subject, new Date(what.at)],
  });
  return count === 1;
}

/** Under which visitor an order was first told; `visitor` when it is told now for the first time, null when not known. */
export async function orderVisitor(
  runner: Runner,
  hook: string,
  order: { id: string; visitor: string | null },
): Promise<string | null> {
  if (order.visitor !== null) {
    await runner.run({
      name: 'api.note-order',
      text: `insert into webhook_order (hook, order_id, shard, visitor) values ($1, $2, $3, $4) on conflict do nothing`,
      values: [hook, order.id, shardOf(order.visitor), order.visitor],
    });
  }
  const [row] = await runner.rows<{ visitor: string }>({
    name: 'api.order-visitor',
    text: 'select visitor from webhook_order where hook = $1 and order_id = $2',
    values: [hook, order.id],
  });
  return row?.visitor ?? null;
}

/**
 * Forgets under which names orders were told, and whom requests about people's data named.
 *
 * @param visitors as `email:ada@example.com`, `shopify:7012`
 * @returns how many rows it was
 */
export async function forgetVisitors(runner: Runner, visitors: readonly string[]): Promise<number> {
  const orders = await runner.run({ text: 'delete from webhook_order where visitor = any($1)', values: [visitors] });
  const requests = await runner.run({
    text: `update webhook_request set body = body - 'customer' - 'orders_to_redact' - 'orders_requested'
      where 'email:' || lower(body->'customer'->>'email') = any($1) or 'shopify:' || (body->'customer'->>'id') = any($1)`,
    values: [visitors],
  });
  return orders + requests;
}

/** Of requests that were met before a moment only that there was one stays. @returns how many it was */
export function forgetMet(runner: Runner, before: number): Promise<number> {
  return runner.run({
    text: `update webhook_request set body = '{}' where done_at < $1 and body <> '{}'`,
    values: [new Date(before)],
  });
}

/** What stands here of these visitors: their orders, and what a platform asked about them. */
export async function rowsOfVisitors(runner: Runner, visitors: readonly string[]): Promise<Record<string, object[]>> {
  const orders = {
    text: 'select hook, order_id, visitor from webhook_order where visitor = any($1)',
    values: [visitors],
  };
  const requests = {
    text: `select hook, topic, body, at, done_at from webhook_request
      where 'email:' || lower(body->'customer'->>'email') = any($1) or 'shopify:' || (body->'customer'->>'id') = any($1)`,
    values: [visitors],
  };
  return { webhook_order: await runner.rows(orders), webhook_request: await runner.rows(requests) };
}

export async function insertRequest(runner: Runner, row: RequestRow): Promise<void> {
  await runner.run({
    text: 'insert into webhook_request (id, hook, topic, body, at, done_at) values ($1, $2, $3, $4, $5, $6)',
    values: [row.id, row.hook, row.topic, JSON.stringify(row.body), row.at, row.done_at],
  });
}

/** Requests about people's data, newest first. */
export async function listRequests(runner: Runner, hook: string): Promise<RequestRow[]> {
  return runner.rows<RequestRow>({
    text: 'select id, hook, topic, body, at, done_at from webhook_request where hook = $1 order by at desc limit 1000',
    values: [hook],
  });
}

/** How many requests about people's data nobody has met yet, of all webhooks. */
export async function countOpenRequests(runner: Runner): Promise<number> {
  const query = { text: 'select count(*)::int as n from webhook_request where done_at is null' };
  return (await runner.rows<{ n: number }>(query))[0]!.n;
}

/** Notes that a request has been met; gives whether it was open. */
export async function closeRequest(runner: Runner, hook: string, id: string): Promise<boolean> {
  const query = {
    text: 'update webhook_request set done_at = now() where hook = $1 and id = $2 and done_at is null',
    values: [hook, id],
  };
  return (await runner.run(query)) === 1;
}
