import { crc32 } from 'node:zlib';
import type { Shape } from './pack.ts';
import type { Tuning } from './tuning.ts';

/** Raised whenever the engine keeps something else, or means something else by it. */
const schema = 5;

/** What stands before the pieces of a snapshot. */
export interface SnapshotHead {
  schema: number;
  /** How the engine learned: what it knows hangs on it. */
  learn: Tuning['learn'];
  /** Lessons learned, items known. */
  learned: number;
  items: number;
  /** For each shard the version up to which its feed was learned. */
  cursors: number[];
  /** Bytes of all pieces, and the CRC-32 of each; null for a piece of zeros, which is not stored. */
  bytes: number;
  pieces: (number | null)[];
  shape: Shape;
}

/** Which rows the feed of a shard still has: the oldest (null when it has none), and the newest that was ever written. */
export interface FeedReach {
  oldest: number | null;
  newest: number;
}

/** The snapshot cannot be used; the message says why. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
}

/** As text, with its own checksum before it. */
export function writeHead(head: Omit<SnapshotHead, 'schema'>): string {
  const text = JSON.stringify({ schema, ...head });
  return `${crc32(text)} ${text}`;
}

/** @throws SnapshotRefused when it was changed, or is of another version of Beckon */
export function readHead(text: string): SnapshotHead {
  const at = text.indexOf(' ');
  const body = text.slice(at + 1);
  if (at === -1 || Number(text.slice(0, at)) !== crc32(body))
    throw new SnapshotRefused('The checksum of its head differs');
  const head = JSON.parse(body) as SnapshotHead;
  if (head.schema !== schema) throw new SnapshotRefused(`It is of form ${head.schema}, and this is form ${schema}`);
  return head;
}

/**
 * Does the snapshot go on in this feed? It does when the feed has every row after it. A snapshot that is ahead of the
 * feed is of another one; one whose next row is gone is too old.
 *
 * @param reach by shard
 * @throws SnapshotRefused
 */
export function requireFit(head: SnapshotHead, learn: Tuning['learn'], reach: readonly FeedReach[]): void {
  const named = Object.keys(learn) as (keyof Tuning['learn'])[];
  const other = named.find((name) => head.learn[name] !== learn[name]);
  if (other !== undefined) throw new SnapshotRefused(`It was learned with another "${other}"`);
  reach.forEach(({ oldest, newest }, shard) => {
    const cursor = head.cursors[shard] ?? 0;
    if (cursor > newest)
      throw new SnapshotRefused(`It is ahead of the feed in shard ${shard}, so it is of another one`);
    if (cursor < newest && (oldest === null || oldest > cursor + 1)) {
      throw new SnapshotRefused(`The feed of shard ${shard} has no row ${cursor + 1} any more`);
    }
  });
}

/** What was learned, and when, by the machine's clock. */
export interface Learned {
  learned: number;
  at: number;
}

const hour = 3_600_000;
const due = { lessons: 100_000, growth: 0.1, everyMs: 24 * hour, firstMs: hour };

/**
 * Is a snapshot worth its writing? When a start from the last one would take long, else once a day, and an hour after
 * the start when there is none. Without new lessons never.
 *
 * @param last what the last snapshot holds; null when there is none
 */
export function isSnapshotDue(last: Learned | null, now: Learned, startedAt: number): boolean {
  const since = Math.abs(now.learned - (last?.learned ?? 0));
  if (since === 0) return false;
  if (since >= Math.max(due.lessons, (last?.learned ?? 0) * due.growth)) return true;
  return last === null ? now.at - startedAt >= due.firstMs : now.at - last.at >= due.everyMs;
}
