import type { Migration } from '../store/index.ts';
import { mailMigration } from './table-mail.ts';
import { monthMigration } from './table-shown.ts';
import { dayMigration, deviceMigration, tallyMigration } from './table-sums.ts';

export const migrations: Migration[] = [
  {
    name: '0701-measure-units',
    sql: `
create table measure_unit (
  journey text not null,
  profile_id uuid not null,
  shard smallint not null,
  arm text not null check (arm in ('treated', 'control')),
  assigned_at timestamptz not null,
  conflicted boolean not null default false,
  primary key (journey, profile_id)
);
create index measure_unit_profile on measure_unit (profile_id);
create table measure_sent (
  message_id text primary key,
  journey text not null,
  profile_id uuid not null,
  shard smallint not null,
  at timestamptz not null
);
create index measure_sent_profile on measure_sent (profile_id);
create table measure_click (
  click_id text primary key,
  shard smallint not null,
  profile_id uuid,
  message_id text,
  journey text,
  at timestamptz,
  landed_at timestamptz,
  item text,
  position integer,
  recommendation text
);
create index measure_click_profile on measure_click (profile_id);
create index measure_click_message on measure_click (message_id);
create table measure_order (
  order_id text primary key,
  profile_id uuid not null,
  shard smallint not null,
  at timestamptz not null,
  minor bigint not null,
  currency text not null,
  items jsonb not null
);
create index measure_order_profile on measure_order (profile_id, at);
create table measure_credit (
  order_id text primary key,
  profile_id uuid not null,
  shard smallint not null,
  message_id text not null,
  journey text not null,
  rule text not null
);
create index measure_credit_journey on measure_credit (journey);
create index measure_credit_profile on measure_credit (profile_id);
create table measure_person (
  profile_id uuid primary key,
  shard smallint not null,
  touched bigint not null default 0,
  merged_into uuid
);
`,
  },
  tallyMigration,
  {
    name: '0703-measure-sent-activity',
    sql: `
alter table measure_sent add column activity text;
create index measure_sent_journey on measure_sent (journey, at);
create index measure_click_journey on measure_click (journey);
`,
  },
  {
    // Comparisons besides those of journeys, whose arms have names of their own; what mails are told apart by; rules of credit by version;
    // recommendations shown and clicked on pages; and the shares that bandits go by each day.
    name: '0704-measure-comparisons',
    sql: `
alter table measure_unit drop constraint if exists measure_unit_arm_check;
create index measure_unit_assigned on measure_unit (journey, assigned_at);
alter table measure_sent add column version integer, add column message text, add column variant text;
alter table measure_credit add column click_id text;
create table measure_rule (
  version integer primary key,
  model text not null check (model in ('last', 'first')),
  click_days real not null,
  order_days real not null,
  since timestamptz not null
);
create table measure_weight (
  key text not null,
  day text not null,
  shares jsonb not null,
  seen jsonb not null,
  primary key (key, day)
);
create table measure_pick (
  id text primary key,
  shard smallint not null,
  profile_id uuid not null,
  at timestamptz not null,
  criterion text not null,
  position integer not null,
  item text not null,
  recommendation text not null
);
create index measure_pick_profile on measure_pick (profile_id, at);
create index measure_pick_at on measure_pick (at);
create table measure_shown (
  day date not null,
  criterion text not null,
  position integer not null,
  item text not null,
  shown bigint not null,
  clicked bigint not null,
  primary key (day, criterion, position, item)
);
create table measure_shown_delta (
  id bigint generated always as identity primary key,
  day date not null,
  criterion text not null,
  position integer not null,
  item text not null,
  shown bigint not null,
  clicked bigint not null
);
`,
  },
  {
    // A mail that was held over night counts on the day of its plan, with everything that came of it.
    name: '0705-measure-sent-planned',
    sql: 'alter table measure_sent add column planned_at timestamptz',
  },
  mailMigration,
  deviceMigration,
  dayMigration,
  monthMigration,
  {
    // A span of a report begins with its clicks, and goes on to the orders credited to them.
    name: '0711-measure-click-span',
    sql: 'create index concurrently measure_click_span on measure_click (journey, at)',
  },
  {
    name: '0712-measure-credit-click',
    sql: 'create index concurrently measure_credit_click on measure_credit (click_id)',
  },
  {
    name: '0713-measure-sent-planned',
    sql: 'create index concurrently measure_sent_planned on measure_sent (coalesce(planned_at, at))',
  },
  {
    name: '0714-measure-indexes-gone',
    sql: 'drop index if exists measure_click_journey; drop index if exists measure_sent_journey',
  },
];
