import { BeckonError, currencyDigits, isCurrency } from '../base/index.ts';
import type { Store } from '../store/index.ts';
import { errors } from './error.ts';
import { lockPersons } from './table.ts';
import { holdersOf, putRates, ratesOf } from './table-rate.ts';
import { count, uncount } from './table-tally.ts';

/** What one unit of a currency was worth on a day, in the report's currency: 1 SEK = 0.088 EUR. */
export interface Rate {
  currency: string;
  /** A calendar day, `2026-11-30`. */
  day: string;
  rate: number;
}

/** What other currencies are worth: the shop says so, day by day. A rate holds until the next one, a week at most. */
export class Rates {
  readonly #store: Store;
  readonly #currency: string;

  constructor(store: Store, currency: string) {
    this.#store = store;
    this.#currency = currency;
  }

  /**
   * Takes rates; those of the same currency and day are replaced, and what they change is reckoned anew.
   *
   * @throws REPORT_RATE_INVALID naming the first row that is none; nothing is taken then
   */
  async put(rates: readonly Rate[]): Promise<void> {
    for (const [row, rate] of rates.entries()) this.#check(rate, row + 1);
    const digits = currencyDigits(this.#currency);
    const rows = rates.map(({ currency, day, rate }) => ({
      currency,
      day,
      factor: rate * 10 ** (digits - currencyDigits(currency)),
    }));
    await this.#store.inTransaction(async (tx) => {
      const people = await holdersOf(tx, rows);
      await lockPersons(tx, people);
      await uncount(tx, people);
      await putRates(tx, rows);
      await count(tx, people);
    });
  }

  /** The newest 10,000, by currency. */
  async list(): Promise<Rate[]> {
    const digits = currencyDigits(this.#currency);
    const rows = await ratesOf(this.#store);
    return rows.map(({ currency, day, factor }) => ({
      currency,
      day,
      rate: Number((factor * 10 ** (currencyDigits(currency) - digits)).toPrecision(12)),
    }));
  }

  #check({ currency, day, rate }: Rate, row: number): void {
    const why =
      !isCurrency(currency) || currency === this.#currency
        ? `"${currency}" is no other currency`
        : !isDay(day)
          ? `"${day}" is no day`
          : !(rate > 0 && rate < 1e9)
            ? `${rate} is no rate`
            : null;
    if (why !== null) throw new BeckonError(errors.REPORT_RATE_INVALID, why, { where: `row ${row}` });
  }
}

function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
