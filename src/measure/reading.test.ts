import { beforeAll, describe, expect, it } from 'vitest';
import { freshStore } from '../../test/support/database.ts';
import { countingReads, type RowsRead } from '../../test/support/reading.ts';
import { fillYear, journeys, measureOn, pagesOf } from '../../test/support/reported-year.ts';
import { migrations as messageMigrations } from '../message/index.ts';
import { migrations } from './index.ts';

/** Rows that each page of reports reads, by table, of those people over 60 days. */
async function rowsRead(): Promise<Record<string, RowsRead>> {
  const store = await freshStore([...migrations, ...messageMigrations]);
  await fillYear(store, { people, days: 60, items: 10 });
  const measure = measureOn(store);
  await measure.open();
  await measure.rebuild();
  while ((await measure.rollUp()) > 0);
  await store.run({ text: 'analyze' });
  const found: Record<string, RowsRead> = {};
  for (const name of Object.keys(pagesOf(measure, ''))) {
    const { store: counted, read } = countingReads(store);
    await pagesOf(measureOn(counted), journeys[0]!)[name]!();
    found[name] = read;
  }
  return found;
}

const people = 4000;
let pages: Record<string, RowsRead>;
beforeAll(async () => {
  pages = await rowsRead();
});

/** Clicks, credits and orders by a click: what people did, some of a hundred of them. */
const acts = ['measure_click', 'measure_credit', 'measure_sent', 'measure_order', 'measure_refund', 'measure_rate'];
const rolled = (read: RowsRead) =>
  Object.fromEntries(Object.entries(read).filter(([table, n]) => n > 0 && !acts.includes(table)));

describe('a page of reports (trust.md §5.4; a report is read from roll-ups)', () => {
  it('reads neither people nor messages, but days times what they are told apart by', () => {
    const tables = new Set(Object.values(pages).flatMap((read) => Object.keys(rolled(read))));
    expect([...tables].sort()).toEqual([
      'measure_day',
      'measure_shown',
      'measure_shown_month',
      'measure_tally',
      'message_day',
      'message_hour',
    ]);
    for (const [name, read] of Object.entries(pages)) {
      for (const [table, n] of Object.entries(rolled(read))) {
        // Two arms (or states) of three journeys a day, since so small a table is read whole, and hours at ends of spans; items by place.
        const [ofDays, ofPlaces] = [3 * 2 * 62 + 4 * 2 * 24, 4 * 10];
        const most = { measure_shown: 28 * ofPlaces, measure_shown_month: 3 * (3 + 3) * ofPlaces }[table] ?? ofDays;
        expect(n, `${name}: ${table}`).toBeLessThanOrEqual(most);
      }
    }
  });

  it('reads of orders and mails those that were clicked, each by its key', () => {
    const clicked = people * (1 / 20 + 1 / 50);
    for (const [name, read] of Object.entries(pages)) {
      for (const table of ['measure_sent', 'measure_order']) {
        expect(read[table] ?? 0, `${name}: ${table}`).toBeLessThanOrEqual(5 * clicked);
      }
    }
  });
});
