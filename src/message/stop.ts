import { hmac } from '../base/index.ts';
import type { Runner } from '../store/index.ts';
import { addressKey } from './address.ts';
import {
  choicesAfter,
  holdChoices,
  holdSuppressions,
  suppressionsAfter,
  type ChosenKey,
  type SuppressedKey,
} from './table-stop.ts';

/** What holds mail back from an address, which only its keyed hash names. */
export type MailStop =
  | ({ kind: 'suppressed' } & SuppressedKey)
  | ({ kind: 'chosen' } & ChosenKey)
  /** Took back its consent, wherever that was. */
  | { kind: 'withdrawn'; key: string; at: number; purposes: string[] };

const pageSize = 5000;

/** The key of what hangs on an address (trust.md §1.6). */
export function addressSecretOf(secret: string | Uint8Array): Uint8Array {
  return Buffer.from(hmac(secret, 'beckon address v1'), 'base64url');
}

/** The stop of somebody who took their consent back. */
export function withdrawnStop(
  secret: string | Uint8Array,
  { address, at, purposes }: { address: string; at: number; purposes: string[] },
): MailStop {
  return { kind: 'withdrawn', key: addressKey(addressSecretOf(secret), address), at, purposes };
}

/** All that stands in the lists of this room, page by page. */
export async function* mailStops(runner: Runner): AsyncGenerator<MailStop[]> {
  for (let last: SuppressedKey | null = null; ;) {
    const page: SuppressedKey[] = await suppressionsAfter(runner, last, pageSize);
    yield page.map((row) => ({ kind: 'suppressed', ...row }));
    if (page.length < pageSize) break;
    last = page.at(-1)!;
  }
  for (let last: string | null = null; ;) {
    const page: ChosenKey[] = await choicesAfter(runner, last, pageSize);
    yield page.map((row) => ({ kind: 'chosen', ...row }));
    if (page.length < pageSize) break;
    last = page.at(-1)!.key;
  }
}

/**
 * Makes these hold here as well. A consent that was taken back becomes an unsubscription from all marketing, which a new consent
 * lifts. Doing it twice changes nothing more.
 *
 * @returns how many are new here
 */
export async function holdMail(tx: Runner, stops: readonly MailStop[], now: number): Promise<number> {
  const suppressed = stops.flatMap((stop): SuppressedKey[] => {
    if (stop.kind === 'withdrawn') {
      const { key, at } = stop;
      return [{ key, scope: 'marketing', reason: 'unsubscribed', at, until: null }];
    }
    return stop.kind === 'suppressed' && (stop.until === null || stop.until > now) ? [stop] : [];
  });
  // One statement takes a row once.
  const once = [...new Map(suppressed.map((row) => [`${row.key} ${row.scope}`, row])).values()];
  const chosen = stops.flatMap((stop) => (stop.kind === 'chosen' ? [stop] : []));
  return (await holdSuppressions(tx, once)) + (await holdChoices(tx, chosen));
}
