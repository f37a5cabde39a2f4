import { identityKey } from '../event/index.ts';
import type { Profile } from './profile.ts';

/**
 * What the fold read or wrote last, so that the next pass over the same people need not read them again
 * (prototypes.md §B). It is never believed blindly: who saves a remembered profile says which version it was, and a
 * write that finds another version undoes the transaction. Changed after commits only.
 */
export class ProfileMemory {
  readonly #limit: number;
  /** The least recently used first. */
  readonly #profiles = new Map<string, Profile>();
  /** Identity key → profile id; only of remembered profiles. */
  readonly #owners = new Map<string, string>();

  /** @param limit how many profiles it holds; a busy one takes about ten kilobytes */
  constructor(limit = 5000) {
    this.#limit = limit;
  }

  #pass = 0;

  /** A pass begins. @returns its number, for `keep` */
  begin(): number {
    return ++this.#pass;
  }

  /** These are being changed: until `keep` they must be read. */
  drop(ids: Iterable<string>): void {
    for (const id of ids) this.#drop(id);
  }

  /** The remembered profile that an identity belongs to. */
  ownerOf(key: string): Profile | undefined {
    const id = this.#owners.get(key);
    return id === undefined ? undefined : this.#profiles.get(id);
  }

  /**
   * Takes up what a committed pass left. When another pass has begun since, in the same transaction, it may have been
   * undone in part (a savepoint), and nothing is known for sure.
   *
   * @returns whether it took them up
   */
  keep(profiles: readonly Profile[], pass: number): boolean {
    if (pass !== this.#pass) {
      this.drop(profiles.map(({ id }) => id));
      return false;
    }
    for (const profile of profiles) {
      this.#drop(profile.id);
      this.#profiles.set(profile.id, profile);
      for (const identity of profile.state.identities) this.#owners.set(identityKey(identity), profile.id);
    }
    for (const id of this.#profiles.keys()) {
      if (this.#profiles.size <= this.#limit) break;
      this.#drop(id);
    }
    return true;
  }

  #drop(id: string): void {
    const known = this.#profiles.get(id);
    if (!known) return;
    this.#profiles.delete(id);
    for (const identity of known.state.identities) {
      const key = identityKey(identity);
      if (this.#owners.get(key) === id) this.#owners.delete(key);
    }
  }
}
