import { BeckonError, toMajor, type Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { ruleName, type CreditRule } from './credit.ts';
import { errors } from './error.ts';
import { itemFunnel, itemKey, type FunnelRow, type ItemGroup } from './funnel.ts';
import { creditsBeside, insertRule, ordersBeside, rulesOf, type OrderCredit } from './table-credit.ts';
import { heardItems, mailItems } from './table-mail.ts';
import { shownRows, type ShownGroup } from './table-shown.ts';

/** Money in major units. */
export interface ItemLine {
  item: string;
  name: string;
  position: number | null;
  /** By which it was recommended; empty: by none, as the lines of a cart. */
  criterion: string;
  shown: number;
  heldOut: number;
  clicks: number;
  unknown: number;
  orders: number;
  ordersWithIt: number;
  revenue: number;
}

/** What came of recommendations on pages or in mails. */
export interface RecommendationLine {
  criterion: string;
  group: string;
  /** On pages: displays. In mails: mails that were sent with it. */
  shown: number;
  /** In mails: those that people held out would have got with it. */
  heldOut: number;
  clicked: number;
  /** In mails: of how many nobody knows whether a person clicked. */
  unknown: number;
  items: number;
  /** Of the items of the catalogue, how many were shown, 0–1. */
  coverage: number | null;
  orders: number;
  ordersWithIt: number;
  revenue: number;
}

/** An order, the rule, and the click that it goes to; revenue in major units. */
export interface CreditLine extends Omit<OrderCredit, 'minor'> {
  revenue: number | null;
}

interface Span {
  from: number | null;
  until: number | null;
}

interface CreditingParts {
  store: Store;
  clock: Clock;
  currency: string;
  catalog: { get(id: string): { name: string } | undefined; readonly size?: number };
}

/** Which mail, item or recommendation an order is credited to. Credited is not caused. */
export class Crediting {
  readonly #parts: CreditingParts;

  constructor(parts: CreditingParts) {
    this.#parts = parts;
  }

  /** All versions, the newest last: each holds for orders from its moment on. */
  async rules(): Promise<(CreditRule & { name: string })[]> {
    return (await rulesOf(this.#parts.store)).map((rule) => ({ ...rule, name: ruleName(rule) }));
  }

  /** Orders from now on are credited by another rule; older ones keep theirs. @throws REPORT_RULE_INVALID */
  async change({ model, clickDays, orderDays }: Pick<CreditRule, 'model' | 'clickDays' | 'orderDays'>): Promise<void> {
    for (const [where, days] of Object.entries({ clickDays, orderDays })) {
      if (days > 0 && days <= 30) continue;
      throw new BeckonError(errors.REPORT_RULE_INVALID, `${days} days are no window; 30 is the most`, { where });
    }
    const { store, clock } = this.#parts;
    await store.inTransaction(async (tx) => {
      await tx.run({ text: 'lock table measure_rule in exclusive mode' });
      const last = (await rulesOf(tx)).at(-1)!;
      if (last.model === model && last.clickDays === clickDays && last.orderDays === orderDays) return;
      await insertRule(tx, { version: last.version + 1, model, clickDays, orderDays, since: clock.now() });
    });
  }

  /** What other rules would credit a journey with. Revenue in major units. */
  async beside(journey: string): Promise<{ model: string; days: number; orders: number; revenue: number }[]> {
    const { store, currency } = this.#parts;
    const rows = await creditsBeside(store, journey);
    return rows.map(({ minor, ...row }) => ({ ...row, revenue: toMajor(minor, currency) }));
  }

  /** The same order by order. Revenue in major units. */
  async ordersBeside(journey: string): Promise<CreditLine[]> {
    const { store, currency } = this.#parts;
    const rows = await ordersBeside(store, journey);
    return rows.map(({ minor, ...row }) => ({ ...row, revenue: minor === null ? null : toMajor(minor, currency) }));
  }

  /** What was shown, clicked and bought by item, place and criterion of the mails of a journey. */
  async items(journey: string, span: Span): Promise<ItemLine[]> {
    const { store, currency } = this.#parts;
    const rows = await mailItems(store, { journey, keys: ['criterion', 'position', 'item'], ...span });
    return rows
      .filter(({ item }) => item !== '')
      .map(({ item, criterion, position, shown, heldOut, clicks, unknown, orders, ordersWithIt, minor }) => ({
        item,
        name: this.#nameOf(item) ?? item,
        position: position === 0 ? null : position,
        criterion,
        shown,
        heldOut,
        clicks,
        unknown,
        orders,
        ordersWithIt,
        revenue: toMajor(minor, currency),
      }));
  }

  /** The way of the mails of a journey by item, criterion or place. */
  async mails(
    journey: string,
    query: Span & { by: ItemGroup; heard: readonly { messageId: string; kind: string }[] },
  ): Promise<FunnelRow[]> {
    const { store, currency } = this.#parts;
    const { by, from, until } = query;
    const [rows, heard] = await Promise.all([
      mailItems(store, { journey, keys: [itemKey[by]], from, until }),
      heardItems(store, query.heard, itemKey[by]),
    ]);
    return itemFunnel(by, rows, { heard, currency, nameOf: (item) => this.#nameOf(item) });
  }

  /** What came of recommendations, by criterion and by slot, item or day: on pages, or in the mails of all journeys or of one. */
  async recommendations(
    query: Span & { by: ShownGroup; where: 'pages' | 'mails'; journey: string | null },
  ): Promise<RecommendationLine[]> {
    const { store, currency, catalog } = this.#parts;
    const { size = 0 } = catalog;
    const rows = query.where === 'pages' ? await shownRows(store, query) : await this.#inMails(query);
    return rows.map(({ minor, ...row }) => ({
      heldOut: 0,
      unknown: 0,
      ...row,
      coverage: size === 0 ? null : Number((row.items / size).toPrecision(4)),
      revenue: toMajor(minor, currency),
    }));
  }

  async #inMails({ by, journey, from, until }: Span & { by: ShownGroup; journey: string | null }) {
    const key = ({ criterion: null, slot: 'position', item: 'item', day: 'day' } as const)[by];
    const keys = key === null ? (['criterion'] as const) : (['criterion', key] as const);
    const rows = await mailItems(this.#parts.store, { journey, keys, from, until });
    const told = rows.map(({ criterion, position, item, day, clicks, ...row }) => {
      const group = { criterion: '', slot: String(position), item, day }[by];
      return { ...row, criterion, group, clicked: clicks };
    });
    return by === 'item'
      ? told
      : told.sort((a, b) =>
          a.criterion < b.criterion ? -1 : a.criterion > b.criterion ? 1 : byGroup(a.group, b.group),
        );
  }

  #nameOf(item: string): string | null {
    return this.#parts.catalog.get(item)?.name ?? null;
  }
}

/** Places by their number, days and names by their letters. */
function byGroup(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}
