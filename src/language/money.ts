/** Gives an amount in major units as text. */
export type MoneyWriter = (amount: number) => string;

/** Currencies and locales whose writers are kept; beyond that all are let go and made again. */
const most = 500;
let kept = new Map<string, Map<string, MoneyWriter>>();
let count = 0;

/** The writer of a currency in a locale, if it was made before. */
export function knownWriter(currency: string, locale: string): MoneyWriter | null {
  return kept.get(currency)?.get(locale) ?? null;
}

/**
 * The writer of a currency in a locale, made once. It writes what `make()` would, exactly, and about ten times as fast:
 * Intl is asked once how such amounts look, and for every amount that is not plain.
 *
 * @param make the format of Intl; called when the writer is not known yet
 */
export function moneyWriter(currency: string, locale: string, make: () => Intl.NumberFormat): MoneyWriter {
  const known = knownWriter(currency, locale);
  if (known !== null) return known;
  if (++count > most) [kept, count] = [new Map(), 1];
  const writer = writerOf(make());
  const locales = kept.get(currency) ?? new Map<string, MoneyWriter>();
  kept.set(currency, locales.set(locale, writer));
  return writer;
}

/** How many digits before the decimal sign are written here; larger amounts are left to Intl. */
const widest = 9;

/** How amounts look: what stands around the number, and for each count of digits where they are grouped. */
interface Shape {
  prefix: string;
  suffix: string;
  /** Empty where the currency has no minor unit. */
  decimal: string;
  /** Digits after the decimal sign. */
  digits: number;
  /** By the count of digits: lengths of the groups from the left, and what stands between them. */
  groups: { lengths: number[]; between: string }[];
}

/** Writes like a format: by its shape if it has one that holds, otherwise by asking it each time. */
export function writerOf(format: Intl.NumberFormat): MoneyWriter {
  const shape = shapeOf(format);
  const writer = shape === null ? null : shapedWriter(format, shape);
  return writer !== null && holds(format, writer) ? writer : (amount) => format.format(amount);
}

function shapeOf(format: Intl.NumberFormat): Shape | null {
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0;
  let shape: Shape | null = null;
  for (let width = 1; width <= widest; width++) {
    const looks = looksOf(format.formatToParts(10 ** (width - 1)), digits);
    if (looks === null) return null;
    shape ??= { ...looks, digits, groups: [] };
    if (looks.prefix !== shape.prefix || looks.suffix !== shape.suffix || looks.decimal !== shape.decimal) return null;
    shape.groups[width] = { lengths: looks.lengths, between: looks.between };
  }
  return shape;
}

function looksOf(parts: Intl.NumberFormatPart[], digits: number) {
  const isNumber = ({ type }: Intl.NumberFormatPart) => ['integer', 'group', 'decimal', 'fraction'].includes(type);
  const [start, end] = [parts.findIndex(isNumber), parts.findLastIndex(isNumber) + 1];
  const text = (some: Intl.NumberFormatPart[]) => some.map(({ value }) => value).join('');
  const valuesOf = (type: string) => parts.filter((part) => part.type === type).map(({ value }) => value);
  const [integers, separators, fraction] = [valuesOf('integer'), new Set(valuesOf('group')), valuesOf('fraction')];
  const plain = /^\d*$/.test(integers.join('') + fraction.join(''));
  if (start < 0 || !plain || separators.size > 1 || (fraction[0] ?? '').length !== digits) return null;
  return {
    prefix: text(parts.slice(0, start)),
    suffix: text(parts.slice(end)),
    decimal: valuesOf('decimal').join(''),
    lengths: integers.map(({ length }) => length),
    between: [...separators].join(''),
  };
}

function shapedWriter(format: Intl.NumberFormat, shape: Shape): MoneyWriter {
  const { prefix, suffix, decimal, digits, groups } = shape;
  const scale = 10 ** digits;
  const tails: string[] = [];
  const tailOf = (minor: number) =>
    (tails[minor] ??= `${decimal}${digits === 0 ? '' : String(minor).padStart(digits, '0')}${suffix}`);
  return (amount) => {
    const minor = Math.round(amount * scale);
    // Negative, not finite, too large, or with more digits than the currency has: rounding is left to Intl.
    if (!(amount > 0) || minor / scale !== amount || minor >= scale * 10 ** widest) return format.format(amount);
    const major = Math.floor(minor / scale);
    const whole = String(major);
    const group = groups[whole.length]!;
    return prefix + (group.lengths.length === 1 ? whole : grouped(whole, group)) + tailOf(minor - major * scale);
  };
}

function grouped(whole: string, { lengths, between }: { lengths: number[]; between: string }): string {
  let text = whole.slice(0, lengths[0]);
  let at = lengths[0]!;
  for (let i = 1; i < lengths.length; i++) {
    text += between + whole.slice(at, at + lengths[i]!);
    at += lengths[i]!;
  }
  return text;
}

/** Amounts of every width, with and without minor units, come out as Intl writes them. */
function holds(format: Intl.NumberFormat, writer: MoneyWriter): boolean {
  for (let width = 0; width <= widest; width++) {
    for (const amount of [10 ** width - 1, 10 ** width, 10 ** width + 0.05, (123_456_789 % 10 ** width) + 0.5]) {
      if (writer(amount) !== format.format(amount)) return false;
    }
  }
  return true;
}
