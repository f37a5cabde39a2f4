import { currencyDigits, toMinor } from '../base/index.ts';
import { asText } from './json.ts';

/** An item id as catalogues have them: up to 128 characters, none of them control characters. */
export function asItemId(value: unknown): string | undefined {
  return asText(value, 128);
}

/** Major units from outside → minor units, capped to what a double holds exactly. */
export function minorOf(major: number, currency: string): number {
  return Math.min(toMinor(Math.min(major, 1e12 / 10 ** currencyDigits(currency)), currency), Number.MAX_SAFE_INTEGER);
}
