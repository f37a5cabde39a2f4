import { sha256 } from '../base/index.ts';
import type { Verdict } from './action.ts';
import type { CallRequest } from './call.ts';

/** An answer as it was judged, its length, and when it was given (business time, UTC ms). */
export interface KeptAnswer {
  verdict: Verdict;
  characters: number;
  at: number;
  /** How long the service took, ms. */
  ms?: number;
}

/** What tells two calls of the same request apart and does not ask for anything else. */
const ownOfEach = new Set([
  'idempotency-key',
  'x-beckon-attempt',
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
]);

/** The same for calls that ask the same. The secrets in them are not to be read from it. */
export function cacheKeyOf({ method, url, headers, body, certificate }: CallRequest): string {
  const said = Object.entries(headers).filter(([name]) => !ownOfEach.has(name));
  return sha256(JSON.stringify([method, url, said.sort(([a], [b]) => (a < b ? -1 : 1)), body, certificate ?? null]));
}

/**
 * Answers of this process, so that a thousand people who ask the same ask once (journeys §5 17). Bounded in number and in
 * characters; what was not asked for longest goes first.
 */
export class AnswerCache {
  readonly #limits: { entries: number; characters: number };
  readonly #kept = new Map<string, KeptAnswer>();
  #characters = 0;

  constructor(limits = { entries: 10_000, characters: 32 * 1024 * 1024 }) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** The answer to such a request that is younger than `ttlMs`. */
  get(key: string, { now, ttlMs }: { now: number; ttlMs: number }): KeptAnswer | null {
    const kept = this.#kept.get(key);
    if (!kept) return null;
    this.#drop(key, kept);
    // From the future: business time went back.
    if (kept.at + ttlMs <= now || kept.at > now) return null;
    this.#add(key, kept);
    return kept;
  }

  put(key: string, kept: KeptAnswer): void {
    const before = this.#kept.get(key);
    if (before) this.#drop(key, before);
    if (kept.characters > this.#limits.characters) return;
    this.#add(key, kept);
    for (const [oldest, one] of this.#kept) {
      if (this.#kept.size <= this.#limits.entries && this.#characters <= this.#limits.characters) break;
      this.#drop(oldest, one);
    }
  }

  #add(key: string, kept: KeptAnswer): void {
    this.#kept.set(key, kept);
    this.#characters += kept.characters;
  }

  #drop(key: string, kept: KeptAnswer): void {
    this.#kept.delete(key);
    this.#characters -= kept.characters;
  }
}
