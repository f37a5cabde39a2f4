import { errors, shown } from './error.ts';
import { knownWriter, moneyWriter } from './money.ts';
import type { Run } from './run.ts';

/** Making an Intl object costs thousands of characters' work, so they are kept, and each new one is charged for. */
const formats = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();
const formatsKept = 500;
const formatCost = 500;

function kept<F extends Intl.NumberFormat | Intl.DateTimeFormat>(run: Run, key: string, make: () => F): F {
  const found = formats.get(key);
  if (found !== undefined) return found as F;
  run.charge(formatCost);
  if (formats.size >= formatsKept) formats.clear();
  const made = make();
  formats.set(key, made);
  return made;
}

/** `de_DE` → `de-DE`; a text that is no language is refused. */
function tagOf(run: Run, locale: string): string {
  const tag = locale.replaceAll('_', '-');
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en';
  } catch {
    throw run.error(errors.RENDER_TYPE, `${shown(locale)} was given where a language, as "de_DE", was expected`);
  }
}

/** Money in major units, with the digits of its currency. */
export function formatMoney(run: Run, money: { amount: number; currency: string }, locale: string): string {
  const { amount, currency } = money;
  const known = knownWriter(currency, locale);
  if (known !== null) return known(amount);
  const make = () => new Intl.NumberFormat(tagOf(run, locale), { style: 'currency', currency });
  return moneyWriter(currency, locale, () => kept(run, `money ${currency} ${locale}`, make))(amount);
}

/** A number with the grouping and decimal sign of a language. */
export function formatPlain(run: Run, value: number, locale: string): string {
  return kept(run, `number ${locale}`, () => new Intl.NumberFormat(tagOf(run, locale))).format(value);
}

/** A share as percent, with so many digits after the decimal sign. */
export function formatPercent(run: Run, share: { value: number; digits: number }, locale: string): string {
  const { value, digits } = share;
  const options = { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return kept(run, `percent ${digits} ${locale}`, () => new Intl.NumberFormat(tagOf(run, locale), options)).format(
    value,
  );
}

/** A clock on the wall of a zone, in a form that is easily taken apart: `11/23/2026, 10:00:00`. */
export function zoneFormat(run: Run, zone: string): Intl.DateTimeFormat {
  return kept(run, `zone ${zone}`, () => dateFormat(run, 'en-US', { ...clock, timeZone: zone })) as Intl.DateTimeFormat;
}

const clock: Intl.DateTimeFormatOptions = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
};

/** The named parts of a moment in a zone and language. */
export function partsOf(
  run: Run,
  at: number,
  how: { locale: string; options: Intl.DateTimeFormatOptions },
): Map<string, string> {
  const { options } = how;
  const format = kept(run, `date ${how.locale} ${JSON.stringify(options)}`, () => dateFormat(run, how.locale, options));
  return new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
}

function dateFormat(run: Run, locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const tag = tagOf(run, locale);
  try {
    return new Intl.DateTimeFormat(tag, options);
  } catch {
    throw run.error(
      errors.RENDER_TYPE,
      `${shown(options.timeZone)} is not a time zone; write it as "Europe/Stockholm"`,
    );
  }
}

// Countries by their currency (ISO 4217), for locales in place of currencies (journeys.md §2.4 formatCurrency).
const countries: Record<string, string> = {
  EUR: 'AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK ME XK AD MC SM VA BG',
  USD: 'US PR EC SV',
  GBP: 'GB',
  CHF: 'CH LI',
  SEK: 'SE',
  NOK: 'NO',
  DKK: 'DK GL FO',
  ISK: 'IS',
  PLN: 'PL',
  CZK: 'CZ',
  HUF: 'HU',
  RON: 'RO',
  RSD: 'RS',
  UAH: 'UA',
  TRY: 'TR',
  RUB: 'RU',
  ILS: 'IL',
  AED: 'AE',
  SAR: 'SA',
  EGP: 'EG',
  ZAR: 'ZA',
  NGN: 'NG',
  KES: 'KE',
  MAD: 'MA',
  INR: 'IN',
  PKR: 'PK',
  BDT: 'BD',
  LKR: 'LK',
  CNY: 'CN',
  JPY: 'JP',
  KRW: 'KR',
  TWD: 'TW',
  HKD: 'HK',
  SGD: 'SG',
  MYR: 'MY',
  THB: 'TH',
  VND: 'VN',
  IDR: 'ID',
  PHP: 'PH',
  AUD: 'AU',
  NZD: 'NZ',
  CAD: 'CA',
  MXN: 'MX',
  BRL: 'BR',
  ARS: 'AR',
  CLP: 'CL',
  COP: 'CO',
  PEN: 'PE',
  UYU: 'UY',
  KWD: 'KW',
  QAR: 'QA',
  BHD: 'BH',
  OMR: 'OM',
  JOD: 'JO',
  TND: 'TN',
  GEL: 'GE',
  KZT: 'KZ',
  ALL: 'AL',
  MKD: 'MK',
  BAM: 'BA',
};
const currencyByCountry = new Map(
  Object.entries(countries).flatMap(([currency, list]) =>
    list.split(' ').map((country) => [country, currency] as const),
  ),
);

/** The currency of a locale's country; null when it names none we know. */
export function currencyOfLocale(locale: string): string | null {
  const country = /^[A-Za-z]{2,3}(?:[_-][A-Za-z]{4})?[_-]([A-Za-z]{2})$/.exec(locale)?.[1];
  return country === undefined ? null : (currencyByCountry.get(country.toUpperCase()) ?? null);
}
