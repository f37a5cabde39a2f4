import { toMajor } from '../base/index.ts';
import { openingKinds, type FunnelStates, type OpeningKind } from '../message/index.ts';
import type { MailItems, MailKey } from './table-mail.ts';
import type { FunnelActs } from './table-report.ts';

/**
 * What became of the mails of one day or activity. `planned` is everybody who came to the mail: it equals heldOut + excluded +
 * inDoubt + failed + pending + accepted. What follows counts mails: bounced, clicked by a person, and so on, each once. Orders are those
 * credited to them, revenue net of refunds in major units. Definitions: journeys.md §3.1.
 */
export interface FunnelRow {
  group: string;
  /** Of an item: what it is called. */
  name: string | null;
  planned: number;
  heldOut: number;
  /** By their one reason, the most frequent first. */
  excluded: { reason: string; count: number }[];
  inDoubt: number;
  failed: number;
  pending: number;
  accepted: number;
  bounced: number;
  complained: number;
  unsubscribed: number;
  replied: number;
  /**
   * Mails whose picture was loaded by a mail program, by a proxy that hides who it was for, by a machine: a mail may stand in each. No opening
   * is evidence that somebody read (trust.md §1.9). Null by what stood in the mails.
   */
  openedByReader: number | null;
  openedUnknown: number | null;
  openedByMachine: number | null;
  clickedByPeople: number;
  /** Mails with a click of which nobody knows whether a person made it. */
  clickedUnknown: number;
  orders: number;
  revenue: number;
}

const failed = new Set(['rejected', 'render_failed', 'expired', 'cancelled', 'quarantined']);

const isHeard = (kind: string): kind is 'bounced' | 'complained' | 'unsubscribed' | 'replied' =>
  ['bounced', 'complained', 'unsubscribed', 'replied'].includes(kind);
const isOpening = (kind: string): kind is OpeningKind => (openingKinds as readonly string[]).includes(kind);

/** Puts the rows of a funnel together, in the order of their groups. Pure. */
export function funnelRows(
  parts: {
    states: readonly FunnelStates[];
    heard: readonly { group: string; kind: string; count: number }[];
    acts: readonly FunnelActs[];
  },
  currency: string,
): FunnelRow[] {
  const rows = new Map<string, FunnelRow>();
  const rowOf = (group: string) => {
    const row = rows.get(group) ?? blank(group);
    rows.set(group, row);
    return row;
  };
  for (const { group, state, reason, heldOut, count } of parts.states) {
    const row = rowOf(group);
    row.planned += count;
    if (heldOut) row.heldOut += count;
    else if (state === 'skipped') row.excluded.push({ reason: reason ?? 'unknown', count });
    else if (state === 'accepted') row.accepted += count;
    else if (state === 'in_doubt' || state === 'abandoned') row.inDoubt += count;
    else if (failed.has(state)) row.failed += count;
    else row.pending += count;
  }
  for (const { group, kind, count } of parts.heard) {
    if (isHeard(kind)) rowOf(group)[kind] += count;
    if (isOpening(kind)) rowOf(group)[kind] = (rowOf(group)[kind] ?? 0) + count;
  }
  for (const { group, people, unknown, orders, minor } of parts.acts) {
    const row = rowOf(group);
    row.clickedByPeople += people;
    row.clickedUnknown += unknown;
    row.orders += orders;
    row.revenue = toMajor(minor, currency);
  }
  for (const row of rows.values()) row.excluded.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  return [...rows.values()].sort((a, b) => (a.group < b.group ? -1 : 1));
}

/** How mails are told apart by what stands in them. */
export const itemGroups = ['item', 'criterion', 'slot'] as const;
export type ItemGroup = (typeof itemGroups)[number];
export const isItemGroup = (by: string): by is ItemGroup => (itemGroups as readonly string[]).includes(by);
export const itemKey = { item: 'item', criterion: 'criterion', slot: 'position' } as const satisfies Record<
  ItemGroup,
  MailKey
>;

/**
 * The same by item, criterion or place: of how many mails each was part. A mail shows several, so that the rows hold more mails than there are,
 * while orders and revenue, which go to one click, add up to those of the journey; what was clicked besides items stands under the empty
 * group. What each mail shows is known of those that left and of those kept back: `planned` = `heldOut` + `accepted`. Pure.
 */
export function itemFunnel(
  by: ItemGroup,
  rows: readonly MailItems[],
  {
    heard,
    currency,
    nameOf,
  }: {
    heard: readonly { group: string; kind: string; count: number }[];
    currency: string;
    nameOf: (item: string) => string | null;
  },
): FunnelRow[] {
  return rows.map((row): FunnelRow => {
    const group = String(row[itemKey[by]]);
    const of = (kind: string) => heard.find((one) => one.group === group && one.kind === kind)?.count ?? 0;
    return {
      ...blank(group),
      openedByReader: null,
      openedUnknown: null,
      openedByMachine: null,
      name: by === 'item' && group !== '' ? nameOf(group) : null,
      planned: row.shown + row.heldOut,
      heldOut: row.heldOut,
      accepted: row.shown,
      bounced: of('bounced'),
      complained: of('complained'),
      unsubscribed: of('unsubscribed'),
      replied: of('replied'),
      clickedByPeople: row.clicks,
      clickedUnknown: row.unknown,
      orders: row.orders,
      revenue: toMajor(row.minor, currency),
    };
  });
}

function blank(group: string): FunnelRow {
  const sent = { planned: 0, heldOut: 0, excluded: [], inDoubt: 0, failed: 0, pending: 0, accepted: 0 };
  const heard = { bounced: 0, complained: 0, unsubscribed: 0, replied: 0 };
  const opened = { openedByReader: 0, openedUnknown: 0, openedByMachine: 0 };
  return {
    group,
    name: null,
    ...sent,
    ...heard,
    ...opened,
    clickedByPeople: 0,
    clickedUnknown: 0,
    orders: 0,
    revenue: 0,
  };
}
