/**
 * Money is decimal major units with a currency at every door, and integers of minor units inside (design §7 "Money").
 * Digits after the point are those of ISO 4217, as Intl knows them.
 */
export interface Money {
  /** Integer, in the currency's smallest unit (cent, öre, yen). */
  minor: number;
  /** ISO 4217 code, three capitals. */
  currency: string;
}

const digitsOf = new Map<string, number>();

/** Digits after the decimal point of a currency: EUR 2, JPY 0, KWD 3. Unknown codes count as 2. */
export function currencyDigits(currency: string): number {
  let digits = digitsOf.get(currency);
  if (digits === undefined) {
    try {
      digits =
        new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
    } catch {
      digits = 2;
    }
    digitsOf.set(currency, digits);
  }
  return digits;
}

/** 129.00 EUR → 12900. Rounds half away from zero, after undoing the binary error of the decimal text. */
export function toMinor(major: number, currency: string): number {
  const scaled = Number(`${Math.abs(major)}e${currencyDigits(currency)}`);
  return (
    Math.sign(major) * Math.round(Number.isFinite(scaled) ? scaled : Math.abs(major) * 10 ** currencyDigits(currency))
  );
}

/** 12900 EUR → 129. */
export function toMajor(minor: number, currency: string): number {
  // The quotient of two exact numbers is the double nearest to the price, as reading it from text gives.
  return minor / 10 ** currencyDigits(currency);
}

/** Is this text a currency code by form? */
export function isCurrency(text: unknown): text is string {
  return typeof text === 'string' && /^[A-Z]{3}$/.test(text);
}
