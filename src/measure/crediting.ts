import { BeckonError, toMajor, type Clock } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { ruleName, type CreditRule } from './credit.ts';
import { errors } from './error.ts';
import { creditsBeside, insertRule, itemActs, rulesOf } from './table-credit.ts';
import { shownRows, type ShownGroup } from './table-shown.ts';

/** Money in major units. */
export interface ItemLine {
  item: string;
  name: string;
  position: number | null;
  clicks: number;
  unknown: number;
  orders: number;
  ordersWithIt: number;
  revenue: number;
}

/** What came of recommendations on pages. */
export interface RecommendationLine {
  criterion: string;
  group: string;
  shown: number;
  clicked: number;
  items: number;
  /** Of the items of the catalogue, how many were shown, 0–1. */
  coverage: number | null;
  orders: number;
  ordersWithIt: number;
  revenue: number;
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

  /** Clicks and credited orders by item and place of the mails of a journey. */
  async items(journey: string, span: Span): Promise<ItemLine[]> {
    const { store, currency, catalog } = this.#parts;
    const rows = await itemActs(store, { journey, ...span });
    return rows.map(({ minor, ...row }) => ({
      ...row,
      name: catalog.get(row.item)?.name ?? row.item,
      revenue: toMajor(minor, currency),
    }));
  }

  /** What came of recommendations on pages, by criterion and by slot, item or day. */
  async recommendations(query: Span & { by: ShownGroup }): Promise<RecommendationLine[]> {
    const { store, currency, catalog } = this.#parts;
    const rows = await shownRows(store, query);
    const { size = 0 } = catalog;
    return rows.map(({ minor, ...row }) => ({
      ...row,
      coverage: size === 0 ? null : Number((row.items / size).toPrecision(4)),
      revenue: toMajor(minor, currency),
    }));
  }
}
