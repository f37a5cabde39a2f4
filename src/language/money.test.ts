import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileTemplate } from './index.ts';
import { moneyWriter, writerOf } from './money.ts';

const formatOf = (locale: string, currency: string) => new Intl.NumberFormat(locale, { style: 'currency', currency });

describe('money is written as Intl writes it', () => {
  const locales = [
    'en',
    'de-DE',
    'de-CH',
    'fr-FR',
    'es-ES',
    'pl-PL',
    'pt-PT',
    'sv-SE',
    'en-IN',
    'ja-JP',
    'ar-EG',
    'fa-IR',
  ];
  const currencies = ['USD', 'EUR', 'JPY', 'KWD', 'CLF', 'CHF', 'INR'];
  const amount = fc.oneof(
    fc.integer({ min: 0, max: 1e12 }).map((minor) => minor / 100),
    fc.integer({ min: 0, max: 1e7 }).map((minor) => minor / 100),
    fc.integer({ min: 0, max: 1e9 }).map((minor) => minor / 1000),
    fc.integer({ min: 0, max: 1e6 }),
    fc.double(),
    fc.double({ min: 0, max: 1e4 }),
    fc.constantFrom(0, -0, 0.005, 1.005, 0.1 + 0.2, 999.995, 999_999_999.99, 1e9, 1e21, -5, NaN, Infinity),
  );

  test.each(locales)('%s', (locale) => {
    for (const currency of currencies) {
      const format = formatOf(locale, currency);
      const write = writerOf(format);
      fc.assert(
        fc.property(amount, (value) => write(value) === format.format(value)),
        { numRuns: 200 },
      );
    }
  });

  test('a format whose amounts follow no single shape is asked each time', () => {
    const odd = {
      resolvedOptions: () => ({ maximumFractionDigits: 2 }),
      formatToParts: (value: number) => formatOf('en', 'USD').formatToParts(value),
      format: (value: number) => (value > 100 ? 'a lot' : formatOf('en', 'USD').format(value)),
    } as unknown as Intl.NumberFormat;
    expect(['50', '500'].map((value) => writerOf(odd)(Number(value)))).toEqual(['$50.00', 'a lot']);
  });
});

test('Intl is asked for a format once, whichever amounts follow', () => {
  let made = 0;
  const make = () => {
    made++;
    return formatOf('en', 'USD');
  };
  const texts = [1, 2.5, 12_345.6].map((amount) => moneyWriter('USD', 'en-x-once', make)(amount));
  expect([texts, made]).toEqual([['$1.00', '$2.50', '$12,345.60'], 1]);
});

test('many locales do not fill the memory: writers are let go and made again', () => {
  let made = 0;
  const write = (i: number) =>
    moneyWriter('USD', `en-x-a${i}`, () => {
      made++;
      return formatOf('en', 'USD');
    })(i);
  for (let i = 0; i < 600; i++) write(i);
  write(0);
  expect(made).toBe(601);
});

test('prices in a mail: groups, decimal signs and spaces of the language', () => {
  const source =
    '{%= formatCurrency(a, "EUR", "de_DE") %}|{%= formatCurrency(a, "EUR") %}|{%= formatCurrency(b, "JPY") %}';
  const text = compileTemplate(source, { mode: 'html' }).render({ a: 1234.5, b: 1980 }, { now: 0 });
  expect(text).toBe('1.234,50\u00a0€|€1,234.50|¥1,980');
});
