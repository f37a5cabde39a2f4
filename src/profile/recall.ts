import { identityKey } from '../event/index.ts';
import type { Collecting } from './consent.ts';
import type { Profile } from './profile.ts';

interface Remembered {
  answer: Collecting;
  until: number;
}

/** How long an answer is remembered at most, real time. */
const keepMs = 5 * 60_000;
const limit = 100_000;

/**
 * What devices last said about being recorded, so that the doors need not ask on every request. It may only be asked
 * while this process folds everything: then no consent takes effect without `forget` being called, before and after
 * its commit. What is not folded yet the log tells when it stores (`ReceiveHow`).
 */
export class ConsentRecall {
  readonly #answers = new Map<string, Remembered>();
  readonly #now: () => number;
  /** Rises with each change: an answer of a device read before its change is not remembered after it. */
  #age = 0;
  /** How old the recall was when a device's consent last changed; of the latest changes. */
  #changed = new Map<string, number>();
  /** Changes up to this age are not in `#changed` any more. */
  #floor = 0;

  /** @param now real time, UTC ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  get age(): number {
    return this.#age;
  }

  /** What is remembered of a device, by identity key. */
  recall(key: string): { answer: Collecting } | undefined {
    const known = this.#answers.get(key);
    if (known === undefined || known.until > this.#now()) return known;
    this.#answers.delete(key);
    return undefined;
  }

  /** Remembers an answer that was asked for when the recall was `age` old. */
  keep(key: string, answer: Collecting, age: number): void {
    if (age < this.#floor || age < (this.#changed.get(key) ?? 0)) return;
    this.#put(key, answer);
  }

  /** What has just been committed need not be asked for; the consents of these devices were changed by it. */
  committed(profiles: readonly Profile[], devices: ReadonlySet<string>): void {
    for (const { state } of profiles)
      for (const identity of state.identities) {
        const key = identityKey(identity);
        if (!this.#answers.has(key) || devices.has(key)) this.#put(key, state.consent.collect?.state);
      }
  }

  /** Who is who has changed in ways that no fold tells. */
  forgetAll(): void {
    this.#floor = ++this.#age;
    this.#answers.clear();
    this.#changed = new Map();
  }

  #put(key: string, answer: Collecting): void {
    if (this.#answers.size >= limit) this.#answers.clear();
    this.#answers.set(key, { answer, until: this.#now() + keepMs });
  }

  /** These devices' consents are changing, or have just changed. */
  forget(keys: Iterable<string>): void {
    this.#age++;
    if (this.#changed.size >= limit) {
      this.#changed = new Map();
      this.#floor = this.#age;
    }
    for (const key of keys) {
      this.#answers.delete(key);
      this.#changed.set(key, this.#age);
    }
  }
}
