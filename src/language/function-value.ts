import { toText, isEmpty } from './value.ts';
import { asCount, asNumber, asText, finite, row } from './function.ts';
import type { LanguageFunction } from './function.ts';
import type { Run } from './run.ts';
import { currencyOfLocale, formatMoney, formatPlain } from './intl.ts';
import { errors, shown } from './error.ts';

function parsed(run: Run, value: unknown): number | null {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string') return asNumber(run, value);
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$/.test(value) ? finite(Number(value)) : null;
}

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

/** Functions of numbers and of any value. */
export const valueFunctions: LanguageFunction[] = [
  row(['isEmpty(value)', 'True for nothing, the empty text and the empty list.'], ['isEmpty("")', true], (_, [value]) =>
    isEmpty(value),
  ),
  row(
    ['isNotEmpty(value)', 'True for anything but nothing, the empty text and the empty list.'],
    ['isNotEmpty([1])', true],
    (_, [value]) => !isEmpty(value),
  ),
  row(['isNull(value)', 'Is it missing?'], ['isNull(unknown.path)', true], (_, [value]) => value === null),
  row(['isNotNull(value)', 'Is it there?'], ['isNotNull("")', true], (_, [value]) => value !== null),
  row(
    ['coalesce(first, ...more)', 'The first value that is there.'],
    ['coalesce(null, "b", "c")', 'b'],
    (_, args) => args.find((value) => value !== null) ?? null,
  ),
  row(['toString(value)', 'A number or truth value as text.'], ['toString(7)', '7'], (run, [value]) =>
    toText(run, value),
  ),
  row(
    [
      'toInt|toInteger|string_to_integer(value)',
      'A whole number out of a text or number, cut towards zero; nothing if it is none.',
    ],
    ['toInt("12")', 12],
    (run, [value]) => {
      const number = parsed(run, value);
      return number === null ? null : Math.trunc(number);
    },
  ),
  row(
    ['toNumber|stringToNumber|toDecimal(value)', 'A number out of a text; nothing if it is none.'],
    ['toNumber("12.5")', 12.5],
    (run, [value]) => parsed(run, value),
  ),
  row(
    ['round(number, digits?)', 'Rounded to whole numbers or to digits after the point; half goes away from zero.'],
    ['round(2.345, 2)', 2.35],
    round,
  ),
  row(['roundUp(number)', 'The next whole number above.'], ['roundUp(1.2)', 2], onNumber(Math.ceil)),
  row(['roundDown(number)', 'The next whole number below.'], ['roundDown(1.8)', 1], onNumber(Math.floor)),
  row(['absolute|abs(number)', 'Without its sign.'], ['absolute(-3)', 3], onNumber(Math.abs)),
  row(
    ['formatNumber(number, locale?)', 'A number as people of a language write it.'],
    ['formatNumber(1234.5, "de_DE")', '1.234,5'],
    (run, [value, locale]) => {
      const number = asNumber(run, value);
      return number === null ? null : formatPlain(run, number, asText(run, locale ?? null) ?? run.locale);
    },
  ),
  row(
    [
      'formatCurrency(amount, currency, locale?)',
      'An amount of money in major units. A locale with a country may stand in place of the currency.',
    ],
    ['formatCurrency(129, "EUR")', '€129.00'],
    formatCurrency,
  ),
];
