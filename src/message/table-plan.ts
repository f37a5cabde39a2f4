import {
  boolColumn,
  doubleColumn,
  intColumn,
  smallintColumn,
  textColumn,
  timeColumn,
  uuidColumn,
  type Runner,
} from '../store/index.ts';
import type { Plan } from './message.ts';

/** Contexts grow by what was asked for; their rows are locked. */
export async function storeContexts(
  tx: Runner,
  rows: readonly { id: string; shard: number; context: Record<string, unknown> }[],
): Promise<void> {
  await tx.run({
    name: 'message-context',
    text: `update message m set context = c.context::jsonb
      from unnest($1::uuid[], $2::smallint[], $3::text[]) as c(id, shard, context)
      where m.id = c.id and m.shard = c.shard`,
    values: [
      uuidColumn(rows.map(({ id }) => id)),
      smallintColumn(rows.map(({ shard }) => shard)),
      textColumn(rows.map(({ context }) => JSON.stringify(context))),
    ],
  });
}

/** T1: the outbox rows. Gives for each the id of the row under its key, which may be an older one. */
export async function insertMessages(
  tx: Runner,
  rows: readonly { plan: Plan; id: string; key: string }[],
  now: number,
): Promise<string[]> {
  const plans = rows.map(({ plan }) => plan);
  const keys = textColumn(rows.map(({ key }) => key));
  const shards = smallintColumn(plans.map(({ shard }) => shard));
  const json = (value: object | null | undefined) => (value ? JSON.stringify(value) : null);
  const inserted = await tx.rows<{ id: string; key: string }>({
    name: 'message-plan',
    text: `with planned as (
      insert into message (shard, id, key, run_id, journey, journey_version, activity, visit, profile_id, template,
        context, class, holdout, quiet, test, planned_at, due, deadline, changed_at, addressed_to, rank, variant, sender)
      select shard, id, key, run_id, journey, version, activity, visit, profile_id, template, context::jsonb, class, holdout,
        quiet::jsonb, test, $20, $20, deadline, $20, addressed_to, rank::jsonb, variant::jsonb, sender
      from unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::int[], $9::uuid[],
        $10::text[], $11::text[], $12::text[], $13::float8[], $14::text[], $15::bool[], $16::timestamptz[], $17::text[],
        $18::text[], $19::text[], $21::text[]) as u(shard, id, key, run_id, journey, version, activity, visit, profile_id, template, context, class,
        holdout, quiet, test, deadline, addressed_to, rank, variant, sender)
      on conflict (shard, key) do nothing returning shard, id, key, journey, test
      ), opened as (insert into message_open select journey, shard, id from planned where not test)
      select id, key from planned`,
    values: [
      shards,
      uuidColumn(rows.map(({ id }) => id)),
      keys,
      textColumn(plans.map(({ runId }) => runId)),
      textColumn(plans.map(({ journey }) => journey)),
      intColumn(plans.map(({ journeyVersion }) => journeyVersion)),
      textColumn(plans.map(({ activity }) => activity)),
      intColumn(plans.map(({ visit }) => visit)),
      uuidColumn(plans.map(({ profileId }) => profileId)),
      textColumn(plans.map(({ message }) => message)),
      textColumn(plans.map(({ context }) => JSON.stringify(context))),
      textColumn(plans.map((plan) => plan.class)),
      doubleColumn(plans.map(({ holdout }) => holdout)),
      textColumn(plans.map(({ quietHours }) => json(quietHours))),
      boolColumn(plans.map(({ test }) => test ?? false)),
      timeColumn(plans.map(({ deadline }) => deadline)),
      textColumn(plans.map(({ to }) => to ?? null)),
      textColumn(plans.map(({ rank }) => json(rank))),
      textColumn(plans.map(({ variant }) => json(variant))),
      new Date(now),
      textColumn(plans.map(({ sender }) => sender ?? null)),
    ],
  });
  const ids = new Map(inserted.map(({ key, id }) => [key, id]));
  if (rows.some(({ key }) => !ids.has(key)))
    for (const { key, id } of await tx.rows<{ id: string; key: string }>({
      text: `select m.id, m.key from unnest($1::smallint[], $2::text[]) as k(shard, key)
        join message m on m.shard = k.shard and m.key = k.key`,
      values: [shards, keys],
    }))
      ids.set(key, id);
  return rows.map(({ key }) => ids.get(key)!);
}
