import { shardOf } from '../base/index.ts';
import { identityKey, type Identity, type ShopEvent } from '../event/index.ts';
import { smallintColumn, textColumn, timeColumn, uuidColumn, type Tx } from '../store/index.ts';

/** An identity that belongs to a profile from now on. `at` is UTC ms. */
export interface Link {
  identity: Identity;
  profileId: string;
  level: number;
  source: string;
  at: number;
}

/** The link that an event makes. */
export function linkBy(event: ShopEvent, identity: Identity, profileId: string): Link {
  return { identity, profileId, level: event.level, source: event.source, at: event.happenedAt };
}

/** Writes links, new ones and those that move between `profileIds`. @returns how many; fewer when another transaction was first */
export function saveLinks(tx: Tx, rows: readonly Link[], profileIds: readonly string[]): Promise<number> {
  return tx.run({
    name: 'profile.link',
    text: `insert into identity (namespace, id, shard, profile_id, level, linked_at, source)
      select * from unnest($1::text[], $2::text[], $3::smallint[], $4::uuid[], $5::smallint[], $6::timestamptz[], $7::text[])
      on conflict (namespace, id) do update set profile_id = excluded.profile_id, level = excluded.level, linked_at = excluded.linked_at,
        source = excluded.source where identity.profile_id = any($8::uuid[])`,
    values: [
      textColumn(rows.map(({ identity }) => identity.namespace)),
      textColumn(rows.map(({ identity }) => identity.id)),
      smallintColumn(rows.map(({ identity }) => shardOf(identityKey(identity)))),
      uuidColumn(rows.map(({ profileId }) => profileId)),
      smallintColumn(rows.map(({ level }) => level)),
      timeColumn(rows.map(({ at }) => at)),
      textColumn(rows.map(({ source }) => source)),
      uuidColumn(profileIds),
    ],
  });
}
