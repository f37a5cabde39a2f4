import { identityKey } from '../event/index.ts';
import type { Profile, ProfileState } from './profile.ts';

/**
 * What the fold read or wrote last, so that the next pass over the same people need not read them again
 * (prototypes.md §B). It is never believed blindly: who saves a remembered profile says which version it was, and a
 * write that finds another version undoes the transaction. Changed after commits only.
 */
export class ProfileMemory {
  readonly #limitBytes: number;
  /** The least recently used first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  /** Identity key → profile id; only of remembered profiles. */
  readonly #owners = new Map<string, string>();

  /** @param limitBytes how much memory its profiles may take, about; a busy one takes twenty kilobytes, most take two */
  constructor(limitBytes = 64 * 1024 * 1024) {
    this.#limitBytes = limitBytes;
  }

  /** How much its profiles take, about. */
  get bytes(): number {
    return this.#bytes;
  }

  #pass = 0;

  /** A pass begins. @returns its number, for `keep` */
  begin(): number {
    return ++this.#pass;
  }

  /** These are being changed: until `keep` they must be read. */
  doubt(ids: Iterable<string>): void {
    for (const id of ids) {
      const kept = this.#kept.get(id);
      if (kept) kept.isDoubted = true;
    }
  }

  drop(ids: Iterable<string>): void {
    for (const id of ids) this.#drop(id);
  }

  /** The remembered profile that an identity belongs to. */
  ownerOf(key: string): Profile | undefined {
    const id = this.#owners.get(key);
    const kept = id === undefined ? undefined : this.#kept.get(id);
    return kept?.isDoubted === false ? kept.profile : undefined;
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
    for (const profile of profiles) this.#keep(profile);
    for (const id of this.#kept.keys()) {
      if (this.#bytes <= this.#limitBytes) break;
      this.#drop(id);
    }
    return true;
  }

  #keep(profile: Profile): void {
    const known = this.#kept.get(profile.id);
    const bytes = bytesOf(profile.state);
    // Mostly the same devices as before: their keys need not be made anew.
    if (known && known.profile.state.identities === profile.state.identities) {
      this.#kept.delete(profile.id);
      this.#bytes -= known.bytes;
    } else {
      this.#drop(profile.id);
      for (const identity of profile.state.identities) this.#owners.set(identityKey(identity), profile.id);
    }
    this.#kept.set(profile.id, { profile, bytes, isDoubted: false });
    this.#bytes += bytes;
  }

  #drop(id: string): void {
    const known = this.#kept.get(id);
    if (!known) return;
    this.#kept.delete(id);
    this.#bytes -= known.bytes;
    for (const identity of known.profile.state.identities) {
      const key = identityKey(identity);
      if (this.#owners.get(key) === id) this.#owners.delete(key);
    }
  }
}

interface Kept {
  profile: Profile;
  /** As `bytesOf` had it. */
  bytes: number;
  isDoubted: boolean;
}

/** Memory that a state takes, about: what there is of everything that can be many, times what one takes. Pure. */
export function bytesOf(state: ProfileState): number {
  const { viewed, visit, itemScores, identities, orders, cart, parked, moves, traits } = state;
  let bytes = 1500 + 130 * viewed.length + 20 * (visit?.views.length ?? 0) + 150 * identities.length;
  bytes += 100 * (itemScores?.length ?? 0) + 100 * Object.keys(state.attributes).length;
  for (const order of orders) bytes += 200 + 100 * order.items.length;
  for (const one of parked ?? []) bytes += 100 + 100 * one.lines.length;
  bytes += 100 * (cart?.lines.length ?? 0);
  for (const line of moves ?? []) bytes += 150 + 80 * line.list.length;
  for (const name in traits) bytes += 200 + 100 * traits[name]!.samples.length;
  return bytes;
}
