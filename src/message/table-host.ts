import type { Migration, Runner } from '../store/index.ts';

/** Statements of what is known of domains that mail goes to. Few rows, all under shard 0. */

export const hostMigrations: Migration[] = [
  {
    name: '0674-message-mail-host',
    sql: `
create table mail_host (
  shard smallint not null default 0,
  domain text not null,
  host text not null,
  learned_at timestamptz not null,
  primary key (shard, domain)
);
`,
  },
];

/** Of these domains what was learned since a moment of real time. */
export function knownHosts(
  runner: Runner,
  domains: readonly string[],
  since: number,
): Promise<{ domain: string; host: string }[]> {
  return runner.rows({
    name: 'mail-host-known',
    text: 'select domain, host from mail_host where shard = 0 and domain = any($1) and learned_at > $2',
    values: [domains, new Date(since)],
  });
}

export async function keepHosts(
  runner: Runner,
  hosts: readonly { domain: string; host: string }[],
  now: number,
): Promise<void> {
  if (hosts.length === 0) return;
  await runner.run({
    name: 'mail-host-keep',
    text: `insert into mail_host (domain, host, learned_at) select d, h, $3 from unnest($1::text[], $2::text[]) as u(d, h)
      on conflict (shard, domain) do update set host = excluded.host, learned_at = excluded.learned_at`,
    values: [hosts.map(({ domain }) => domain), hosts.map(({ host }) => host), new Date(now)],
  });
}
