import { errors, shown } from './error.ts';
import { asCount, asNumber, asText, asWhole, finite, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import { currencyOfLocale, formatMoney, formatPercent, formatPlain } from './intl.ts';
import type { Run } from './run.ts';

/** Half goes away from zero, on the decimal text, so that 1.005 gives 1.01. */
function rounded(value: number, digits: number): number {
  const shifted = Number(`${Math.abs(value)}e${digits}`);
  const whole = Math.round(Number.isFinite(shifted) ? shifted : Math.abs(value) * 10 ** digits);
  const result = Math.sign(value) * Number(`${whole}e-${digits}`);
  // Numbers so large that they are written with an exponent have no digits there to be rounded.
  return Number.isFinite(result) ? result : value;
}

function round(run: Run, [value, digits]: unknown[]): number | null {
  const number = asNumber(run, value);
  const places = digits === undefined ? 0 : Math.min(asCount(run, digits), 15);
  return number === null ? null : rounded(number, places);
}

function onNumber(change: (value: number) => number): LanguageFunction['run'] {
  return (run, [value]) => {
    const number = asNumber(run, value);
    return number === null ? null : finite(change(number));
  };
}

/** The second argument may be a locale, as in Journey Optimizer; then its country gives the currency. */
function formatCurrency(run: Run, [value, currencyOrLocale, locale]: unknown[]): string | null {
  const [amount, second] = [asNumber(run, value), asText(run, currencyOrLocale)];
  if (amount === null || second === null) return null;
  if (/^[A-Z]{3}$/.test(second))
    return formatMoney(run, { amount, currency: second }, asText(run, locale ?? null) ?? run.locale);
  const currency = currencyOfLocale(second);
  if (currency !== null) return formatMoney(run, { amount, currency }, second);
  throw run.error(
    errors.RENDER_TYPE,
    `${shown(second)} is neither a currency, as "EUR", nor a language with a country, as "de_DE"`,
  );
}

function toPercentage(run: Run, [value, digits, locale]: unknown[]): string | null {
  const number = asNumber(run, value);
  const places = asCount(run, digits ?? 0);
  if (places > 15) throw run.error(errors.RENDER_TYPE, `${places} was given where a number from 0 to 15 was expected`);
  return number === null
    ? null
    : formatPercent(run, { value: number, digits: places }, asText(run, locale) ?? run.locale);
}

function toPrecision(run: Run, [value, digits]: unknown[]): number | null {
  const [number, places] = [asNumber(run, value), asCount(run, digits)];
  if (places < 1 || places > 15) {
    throw run.error(errors.RENDER_TYPE, `${places} was given where a number from 1 to 15 was expected`);
  }
  if (number === null || number === 0) return number;
  const after = places - 1 - Math.floor(Math.log10(Math.abs(number)));
  return after >= 0 && after <= 20 ? rounded(number, after) : Number(number.toPrecision(places));
}

/** Chance is handed in, so that a text can be made again just as it was. */
function chance(run: Run, name: string): () => number {
  const { random } = run.options;
  if (random !== undefined) return random;
  const sentence = `${name} was called where no chance is to be had: this value must be the same each time it is read`;
  throw run.error(errors.RENDER_TYPE, sentence);
}

/** A random id, version 4. */
function uuid(run: Run): string {
  const random = chance(run, 'uuid()');
  const digits = Array.from({ length: 32 }, (_, i) => {
    const digit = Math.floor(random() * 16);
    return (i === 12 ? 4 : i === 16 ? (digit & 3) | 8 : digit).toString(16);
  }).join('');
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    '-',
  );
}

/** Functions of numbers and money. */
export const numberFunctions: LanguageFunction[] = [
  row(
    [
      'round(number: number, digits?: number): number',
      'Rounded to whole numbers or to digits after the point; half goes away from zero.',
    ],
    ['round(2.345, 2)', 2.35],
    round,
  ),
  row(['roundUp(number: number): number', 'The next whole number above.'], ['roundUp(1.2)', 2], onNumber(Math.ceil)),
  row(
    ['roundDown(number: number): number', 'The next whole number below.'],
    ['roundDown(1.8)', 1],
    onNumber(Math.floor),
  ),
  row(['absolute|abs(number: number): number', 'Without its sign.'], ['absolute(-3)', 3], onNumber(Math.abs)),
  row(
    [
      'toPrecision(number: number, digits: number): number',
      'Rounded to so many digits, 1 to 15, from the first that is not 0.',
    ],
    ['toPrecision(1234.56, 3)', 1230],
    toPrecision,
  ),
  row(
    ['toHexString(number: number): text', 'A whole number in hexadecimal digits.'],
    ['toHexString(255)', 'ff'],
    (run, [value]) => asWhole(run, value)?.toString(16) ?? null,
  ),
  row(
    ['formatNumber(number: number, locale?: text): text', 'A number as people of a language write it.'],
    ['formatNumber(1234.5, "de_DE")', '1.234,5'],
    (run, [value, locale]) => {
      const number = asNumber(run, value);
      return number === null ? null : formatPlain(run, number, asText(run, locale ?? null) ?? run.locale);
    },
  ),
  row(
    [
      'toPercentage(number: number, digits?: number, locale?: text): text',
      'A share as percent, with so many digits after the point, as people of a language write it.',
    ],
    ['toPercentage(0.125, 1)', '12.5%'],
    toPercentage,
  ),
  row(
    [
      'formatCurrency(amount: number, currency: text, locale?: text): text',
      'An amount of money in major units. A locale with a country may stand in place of the currency.',
    ],
    ['formatCurrency(129, "EUR")', '€129.00'],
    formatCurrency,
  ),
  row(
    ['random(): number', 'A number by chance, from 0 to below 1; only where chance is handed in.'],
    ['random() < 1', true],
    (run) => chance(run, 'random()')(),
  ),
  row(['uuid(): text', 'An id by chance (version 4); only where chance is handed in.'], ['length(uuid())', 36], uuid),
];
