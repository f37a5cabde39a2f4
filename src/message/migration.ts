import type { Migration } from '../store/index.ts';
import { choiceMigrations } from './table-choice.ts';
import { componentMigrations } from './table-component.ts';
import { couponMigrations } from './table-coupon.ts';
import { hostMigrations } from './table-host.ts';
import { openingMigrations, tallyMigration } from './table-tally.ts';
import { paceMigrations } from './table-pace.ts';
import { senderMigrations } from './table-sender.ts';
import { suppressionMigrations } from './table-suppression.ts';

/** The room's tables. Each row that names a profile carries its shard, and every unique key contains a shard. */
export const migrations: Migration[] = [
  {
    name: '0601-message-ledger',
    sql: `
create table message (
  shard smallint not null,
  id uuid not null,
  key text not null,
  run_id text not null,
  journey text not null,
  journey_version integer not null,
  activity text not null,
  visit integer not null,
  profile_id uuid not null,
  template text not null,
  context jsonb not null,
  class text not null,
  holdout double precision not null,
  quiet jsonb,
  test boolean not null default false,
  arm text,
  state text not null default 'planned',
  reason text,
  planned_at timestamptz not null,
  due timestamptz not null,
  deadline timestamptz not null,
  fence integer not null default 0,
  crashes integer not null default 0,
  tries integer not null default 0,
  resent boolean not null default false,
  told boolean not null default false,
  lease_until timestamptz,
  doubt_at timestamptz,
  recipient text,
  address_key text,
  subject text,
  links jsonb,
  template_version integer,
  accepted_at timestamptz,
  changed_at timestamptz not null,
  primary key (shard, id),
  unique (shard, key)
);
create index message_by_id on message (id);
create index message_due on message (due) where state in ('planned', 'held', 'ready', 'deferred');
create index message_deadline on message (deadline) where state in ('planned', 'held', 'ready', 'deferred');
create index message_lease on message (lease_until) where state in ('leased', 'sending');
create index message_doubt on message (doubt_at) where state = 'in_doubt';
create index message_accepted on message (accepted_at) where accepted_at is not null;
create index message_run on message (run_id);
create index message_profile on message (profile_id, planned_at);
create index message_journey on message (journey, state);
create table attempt (
  shard smallint not null,
  message_id uuid not null,
  no integer not null,
  started_at timestamptz not null default now(),
  mail_id text not null,
  mime_sha256 text not null,
  transport text not null,
  ended_at timestamptz,
  result jsonb,
  late_result jsonb,
  primary key (shard, message_id, no)
);
create table slot (
  shard smallint not null,
  profile_id uuid not null,
  message_id uuid not null,
  journey text not null,
  at timestamptz not null,
  primary key (shard, profile_id, message_id)
);
create index slot_window on slot (profile_id, at);
create table suppression (
  shard smallint not null,
  key text not null,
  scope text not null,
  reason text not null,
  at timestamptz not null,
  message_id uuid,
  primary key (shard, key, scope)
);
`,
  },
  {
    name: '0602-message-template',
    sql: `
create table message_template (
  key text not null,
  version integer not null,
  origin text not null,
  subject text not null,
  preheader text not null,
  mjml text not null,
  body_text text not null,
  requires jsonb not null,
  hash text not null,
  html text,
  published_at timestamptz,
  primary key (key, version)
);
`,
  },
  {
    name: '0603-message-mailbox',
    sql: `
create table mailbox (
  id uuid primary key,
  recipient text not null,
  sender text not null,
  subject text not null,
  at timestamptz not null,
  headers jsonb not null,
  body_text text not null,
  html text not null,
  raw bytea not null
);
create index mailbox_at on mailbox (at desc, id desc);
`,
  },
  {
    name: '0604-message-notice',
    sql: `
alter table message add column addressed_to text;
alter table message_template add column class text not null default 'marketing';
`,
  },
  {
    // Mails of several journeys to one person: who goes before, and what is counted together.
    name: '0605-message-rank',
    sql: `
alter table message add column rank jsonb;
alter table slot add column kin text;
create index message_waiting on message (profile_id) where state in ('planned', 'held', 'ready', 'deferred');
`,
  },
  {
    // What comes back of mails, once a message and kind; and what was said of them, before it takes effect.
    name: '0620-message-heard',
    sql: `
create table message_heard (
  shard smallint not null,
  message_id uuid not null,
  kind text not null,
  at timestamptz not null,
  class text,
  weight smallint not null default 0,
  status text,
  says text,
  address_key text,
  journey text not null,
  activity text not null,
  profile_id uuid not null,
  test boolean not null default false,
  counts boolean not null default true,
  primary key (shard, message_id, kind)
);
create index message_heard_address on message_heard (address_key, at) where kind in ('bounced', 'delivered', 'replied');
create index message_heard_journey on message_heard (journey, kind, at);
create index message_heard_profile on message_heard (profile_id);
create table provider_notice (
  shard smallint not null,
  source text not null,
  id text not null,
  received_at timestamptz not null,
  said jsonb,
  raw text,
  tries smallint not null default 0,
  done_at timestamptz,
  outcome text,
  primary key (shard, source, id)
);
create index provider_notice_open on provider_notice (received_at) where done_at is null;
create index provider_notice_done on provider_notice (done_at) where done_at is not null;
alter table suppression add column weight smallint not null default 0;
alter table suppression add column until timestamptz;
alter table suppression add column address text;
alter table suppression add column note text;
create index suppression_at on suppression (at desc, key);
`,
  },
  {
    // A template is a document of blocks; what it was before becomes a block of raw MJML. Compiled at its next use.
    name: '0650-message-document',
    sql: `
alter table message_template add column body jsonb, add column compiled jsonb, add column made text,
  add column saved_at timestamptz not null default now();
update message_template set saved_at = coalesce(published_at, now()), made = 'old', body = jsonb_build_object(
  'name', key, 'class', class, 'subject', subject, 'preheader', preheader, 'requires', requires, 'blocks',
  jsonb_build_array(jsonb_build_object('kind', 'mjml', 'mjml', mjml, 'text', body_text))
    || case when mjml like '%<mjml%' then '[]'::jsonb else '[{"kind": "footer"}]'::jsonb end);
alter table message_template alter column body set not null, drop column subject, drop column preheader,
  drop column mjml, drop column body_text, drop column requires, drop column html, drop column class;
create table message_theme (
  key text primary key,
  body jsonb not null,
  saved_at timestamptz not null
);
`,
  },
  {
    // Counts of what was not skipped read this index alone: how the mails of a journey stand, by day and activity.
    name: '0690-message-counts',
    sql: `
drop index message_journey;
create index message_counts on message (journey, state) include (activity, planned_at) where not test;
`,
  },
  ...suppressionMigrations,
  {
    // The switch that holds back all mail, and where this database belongs.
    name: '0660-message-sending',
    sql: `
create table sending (
  shard smallint primary key,
  frozen boolean not null default false,
  cause text,
  reason text,
  since timestamptz,
  by text,
  epoch bigint not null default 0,
  home text,
  instance text
);
insert into sending (shard) values (0);
`,
  },
  ...choiceMigrations,
  ...paceMigrations,
  {
    // Which of several messages of an activity a mail is, where they are compared.
    name: '0695-message-variant',
    sql: 'alter table message add column variant jsonb',
  },
  {
    // Put aside, and let go by a person: its run has gone on long since.
    name: '0696-message-released',
    sql: 'alter table message add column released boolean not null default false',
  },
  {
    // By what the queries that need it ask alone: with states in it, it was read as a whole, all that is gone included, for each
    // mail that was sent or answered.
    name: '0698b-message-leased',
    sql: 'create index concurrently message_leased on message (lease_until) where lease_until is not null',
  },
  { name: '0698c-message-lease-gone', sql: 'drop index message_lease' },
  ...senderMigrations,
  ...couponMigrations,
  ...hostMigrations,
  ...componentMigrations,
  tallyMigration,
  ...openingMigrations,
];
