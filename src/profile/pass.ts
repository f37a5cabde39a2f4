import { shardOf, Slices, type Ids } from '../base/index.ts';
import { identityKey, is, type Identity, type ShopEvent } from '../event/index.ts';
import type { Tx } from '../store/index.ts';
import { claimsOf, saveClaims, type Claim, type RefusedClaim } from './claim.ts';
import { believed, blankState, fold, type FoldHands, type Folded } from './fold.ts';
import { actingIdentities, identify, signsOut } from './identify.ts';
import { savePast, type PastOwner } from './history.ts';
import { mergeStates } from './merge.ts';
import type { Profile } from './profile.ts';
import type { OnMerge } from './profiles.ts';
import { saveConsentRecords, type MergeDetail } from './table-graph.ts';
import { linkBy, saveLinks } from './table-link.ts';
import type { ProfileMemory } from './memory.ts';
import type { ConsentRecall } from './recall.ts';
import {
  IdentityRace,
  insertAudit,
  lockProfiles,
  mergedInto,
  ownersOf,
  retireProfile,
  saveProfiles,
  saveRemembered,
  unlinkIdentity,
  type AuditEntry,
} from './table.ts';

/**
 * One pass over a batch of events. Who is not remembered is read and locked first, in id order; everybody is written
 * once at the end, and who was remembered only if nobody else has changed him meanwhile.
 */
export class FoldPass {
  readonly profiles = new Map<string, Profile>();
  /** Profiles that became part of another one in this pass: old id → new id. */
  readonly merged = new Map<string, string>();
  /** Profiles made in this pass. */
  readonly created = new Set<string>();
  /** The events in order, each with the profile it was folded into. */
  readonly taken: { event: ShopEvent; profileId: string }[] = [];
  readonly #tx: Tx;
  readonly #ids: Ids;
  readonly #onMerge: OnMerge;
  readonly #memory: ProfileMemory;
  readonly #recall: ConsentRecall;
  readonly #number: number;
  /** As they are in the database; new profiles are not among them. */
  readonly #stored = new Map<string, Profile>();
  /** Profiles that were not remembered, or whose devices' consents may be others after this pass. */
  readonly #met = new Set<string>();
  /** Identities whose consent may be another after this pass. */
  readonly #consenting = new Set<string>();
  readonly #owners = new Map<string, string>();
  readonly #changed = new Set<string>();
  readonly #unlinked: Identity[] = [];
  /** Whose devices were until now. */
  readonly #past: PastOwner[] = [];
  readonly #folding: Pick<FoldHands, 'traits' | 'taught' | 'taughtEvents' | 'listens'>;
  #linked: { identity: Identity; profileId: string; level: number; source: string; at: number }[] = [];
  #audit: AuditEntry[] = [];
  #consents: { profileId: string; event: ShopEvent }[] = [];
  #claims: Claim[] = [];
  /** Claims beyond what one device or one minute may make (trust row 78). */
  refusedClaims: RefusedClaim[] = [];

  constructor(parts: {
    tx: Tx;
    ids: Ids;
    onMerge: OnMerge;
    folding: Pick<FoldHands, 'traits' | 'taught' | 'taughtEvents' | 'listens'>;
    memory: ProfileMemory;
    recall: ConsentRecall;
  }) {
    this.#folding = parts.folding;
    this.#tx = parts.tx;
    this.#ids = parts.ids;
    this.#onMerge = parts.onMerge;
    this.#memory = parts.memory;
    this.#number = parts.memory.begin();
    this.#recall = parts.recall;
  }

  /** Finds everybody these events may concern: remembered, or read and locked. */
  async load(events: readonly ShopEvent[]): Promise<void> {
    const identities = new Map<string, Identity>();
    const slices = new Slices();
    for (const event of events) {
      if (slices.isOver) await slices.next();
      for (const identity of actingIdentities(event)) {
        const key = identityKey(identity);
        const known = this.#memory.ownerOf(key);
        if (known) this.#know(known, key);
        else identities.set(key, identity);
      }
    }
    if (identities.size === 0) return;
    const direct = [...identities.values()].filter(({ namespace }) => namespace === 'profile').map(({ id }) => id);
    const owners = await ownersOf(
      this.#tx,
      [...identities.values()].filter(({ namespace }) => namespace !== 'profile'),
    );
    const living = await mergedInto(this.#tx, [...new Set([...direct, ...owners.values()])]);
    for (const [key, id] of owners) this.#owners.set(key, living.get(id) ?? id);
    for (const id of direct) if (living.has(id)) this.#owners.set(`profile:${id}`, living.get(id)!);
    for (const profile of await lockProfiles(this.#tx, [...living.values()])) {
      this.#know(profile);
      this.#met.add(profile.id);
    }
    for (const id of living.values())
      if (!this.profiles.has(id)) throw new IdentityRace(`Profile ${id} was merged by another transaction`);
  }

  #know(profile: Profile, key?: string): void {
    if (key !== undefined) this.#owners.set(key, profile.id);
    this.profiles.set(profile.id, profile);
    this.#stored.set(profile.id, profile);
  }

  /** Those who were changed, as they stand now. */
  get changed(): Profile[] {
    return [...this.#changed].map((id) => this.profiles.get(id)!);
  }

  /** The id a profile goes by after the merges of this pass. */
  living(id: string): string {
    const into = this.merged.get(id);
    return into === undefined ? id : this.living(into);
  }

  /** Gives the event to whom it belongs, linking, merging or parting as `identify` decides. */
  async take(event: ShopEvent): Promise<Folded> {
    if (is(event, 'profile.signedOut')) return this.#signOut(event);
    const acting = actingIdentities(event);
    if (acting.length === 0) return { state: blankState(event.happenedAt), facts: [], lessons: [] };
    const who = identify(
      event,
      (identity) => this.#owners.get(identityKey(identity)),
      (id) => this.profiles.get(id),
    );
    let profile: Profile;
    let left: string[] = [];
    if (who.kind === 'new') {
      if (acting.every(({ namespace }) => namespace === 'profile'))
        return { state: blankState(event.happenedAt), facts: [], lessons: [] };
      profile = this.#create(event);
    } else if (who.kind === 'merge') {
      const carts = [who.into, ...who.from].map((id) => this.profiles.get(id)?.state.cart?.id);
      profile = await this.#merge(event, who.into, who.from);
      left = carts.filter((id) => id !== undefined && id !== profile.state.cart?.id) as string[];
    } else profile = this.profiles.get(who.profileId)!;
    if ('moved' in who && who.moved.length > 0) {
      this.#moved(profile.id, event, who.moved);
      profile = this.profiles.get(profile.id)!;
    }
    const cartBefore = profile.state.cart;
    profile = this.#link(profile, event, who.link);
    const hands = { profileId: profile.id, mintId: () => this.#ids.next(), ...this.#folding };
    const made = fold(profile.state, event, hands);
    if (event.consent) this.#consents.push({ profileId: profile.id, event: believed(profile.state, event) });
    this.#claims.push(...claimsOf(event, profile.id));
    this.#put({ ...profile, state: made.state });
    this.taken.push({ event, profileId: profile.id });
    if (event.consent || who.kind !== 'one' || who.link.length > 0) this.#consented(profile.id);
    if (who.kind === 'merge') this.#carriedOver(made, profile.id, { event, brought: cartBefore, left });
    return made;
  }

  /** Writes profiles, identities, audit and consent records. */
  async save(): Promise<void> {
    await this.#saveProfiles([...this.#changed].sort().map((id) => this.profiles.get(id)!));
    await this.#saveIdentities();
    await this.#saveClaims();
    for (const row of this.#audit) await insertAudit(this.#tx, this.#ids.next(), row);
    await this.#saveConsents();
    this.#recall.forget(this.#consenting);
    const changed = [...this.#changed].map((id) => this.profiles.get(id)!);
    this.#memory.doubt(this.#changed);
    this.#memory.drop(this.merged.keys());
    this.#tx.afterCommit(() => {
      this.#recall.forget(this.#consenting);
      if (!this.#memory.keep(changed, this.#number)) return;
      const told = changed.filter(({ id }) => this.#met.has(id));
      this.#recall.committed(told, this.#consenting);
    });
  }

  /** New ones are put in, others replaced if they are what they were when this pass began. */
  async #saveProfiles(profiles: readonly Profile[]): Promise<void> {
    const old = profiles.filter(({ id }) => this.#stored.has(id));
    await saveProfiles(
      this.#tx,
      profiles.filter(({ id }) => !this.#stored.has(id)),
    );
    if ((await saveRemembered(this.#tx, old, this.#stored)) !== old.length) {
      this.#memory.drop(this.profiles.keys());
      throw new IdentityRace('A profile was changed by another transaction');
    }
    for (const profile of profiles) this.#stored.set(profile.id, profile);
  }

  /** Whoever shares the profile now has its consents. */
  #consented(id: string): void {
    this.#met.add(id);
    for (const identity of this.profiles.get(id)?.state.identities ?? []) this.#consenting.add(identityKey(identity));
  }

  #create(event: ShopEvent): Profile {
    const id =
      typeof event.data?.['profileId'] === 'string' && event.level >= 3 ? event.data['profileId'] : this.#ids.next();
    const profile: Profile = { id, shard: shardOf(event.visitor), version: 0, state: blankState(event.happenedAt) };
    this.#put(profile);
    this.created.add(id);
    return profile;
  }

  #put(profile: Profile): void {
    const known = this.#changed.has(profile.id);
    this.profiles.set(profile.id, known ? profile : { ...profile, version: profile.version + 1 });
    this.#changed.add(profile.id);
  }

  #link(profile: Profile, event: ShopEvent, link: readonly Identity[]): Profile {
    if (link.length === 0) return profile;
    for (const identity of link) {
      this.#owners.set(identityKey(identity), profile.id);
      this.#linked.push(linkBy(event, identity, profile.id));
    }
    return { ...profile, state: { ...profile.state, identities: [...profile.state.identities, ...link] } };
  }

  /** A device leaves one person for another; both keep what they did until now. */
  #moved(to: string, event: ShopEvent, moved: readonly Identity[]): void {
    for (const identity of moved) {
      const from = this.profiles.get(this.#owners.get(identityKey(identity))!)!;
      this.#take(from, identity);
      this.#audit.push({
        at: event.happenedAt,
        kind: 'relink',
        profileId: from.id,
        otherId: to,
        detail: { identities: [identity], source: event.source },
      });
      this.#past.push({ visitor: identityKey(identity), profileId: from.id, until: event.receivedAt });
      this.#owners.set(identityKey(identity), to);
      this.#linked.push(linkBy(event, identity, to));
      const target = this.profiles.get(to)!;
      this.#put({ ...target, state: { ...target.state, identities: [...target.state.identities, identity] } });
    }
  }

  /** What is the device's goes with it: the identity, and that the running visit is made on it. */
  #take(from: Profile, identity: Identity): void {
    const key = identityKey(identity);
    this.#consenting.add(key);
    const { visit, identities, trusted } = from.state;
    const isHere = identity.namespace === 'ecid' && visit?.ecid === identity.id;
    this.#put({
      ...from,
      state: {
        ...from.state,
        identities: identities.filter((one) => identityKey(one) !== key),
        visit: isHere ? { ...visit, ecid: null } : visit,
        ...(trusted
          ? { trusted: Object.fromEntries(Object.entries(trusted).filter(([id]) => id !== identity.id)) }
          : {}),
      },
    });
  }

  async #merge(event: ShopEvent, into: string, from: readonly string[]): Promise<Profile> {
    for (const id of from) {
      const [target, source] = [this.profiles.get(into)!, this.profiles.get(id)!];
      const detail: MergeDetail = {
        identities: source.state.identities,
        into: target.state,
        from: source.state,
        source: event.source,
        event: { source: event.source, id: event.id, receivedAt: event.receivedAt },
      };
      this.#audit.push({ at: event.happenedAt, kind: 'merge', profileId: into, otherId: id, detail });
      for (const [key, owner] of this.#owners) if (owner === id) this.#owners.set(key, into);
      this.#put({ ...target, state: mergeStates(target.state, source.state) });
      this.#put({ ...source, state: { ...source.state, visiting: false } });
      await this.#saveProfiles([this.profiles.get(into)!, this.profiles.get(id)!]);
      await retireProfile(this.#tx, id, into);
      this.#linked = this.#linked.map((link) => (link.profileId === id ? { ...link, profileId: into } : link));
      this.merged.set(id, into);
      this.profiles.delete(id);
      this.#changed.delete(id);
      detail.carried = await this.#onMerge(this.#tx, id, into);
    }
    return this.profiles.get(into)!;
  }

  /**
   * After a merge journeys must hear of the cart the visitor brought along, as if it had changed now, and of carts that
   * are no more: two carts became one, and nobody is to be reminded of both.
   */
  #carriedOver(
    made: Folded,
    profileId: string,
    { event, brought, left }: { event: ShopEvent; brought: Profile['state']['cart']; left: readonly string[] },
  ): void {
    const by = made.state.cart?.id ?? null;
    made.facts.unshift(
      ...left.map((cartId) => ({
        name: 'cart.replaced',
        profileId,
        at: event.happenedAt,
        id: `${event.source}:${event.id}:replaced:${cartId}`,
        bot: false,
        data: { cartId, by },
      })),
    );
    if (!brought || !made.state.cart || made.facts.some(({ name }) => name === 'cart.changed')) return;
    const { id, lines, changedAt } = made.state.cart;
    made.facts.push({
      name: 'cart.changed',
      profileId,
      at: changedAt,
      id: `${event.source}:${event.id}:merge`,
      bot: false,
      data: {
        cartId: id,
        lines: lines.map(({ item, quantity }) => ({ item, quantity })),
        ecid: made.state.visit?.ecid ?? null,
      },
    });
  }

  /** The device is nobody's from here on: its next event begins a new profile (trust.md §3.5, shared devices). */
  #signOut(event: ShopEvent): Folded {
    const nothing: Folded = { state: blankState(event.happenedAt), facts: [], lessons: [] };
    for (const identity of event.identities) {
      const owner = this.#owners.get(identityKey(identity));
      if (owner === undefined || !signsOut(event, identity)) continue;
      this.#take(this.profiles.get(owner)!, identity);
      this.#owners.delete(identityKey(identity));
      this.#linked = this.#linked.filter((link) => identityKey(link.identity) !== identityKey(identity));
      this.#audit.push({
        at: event.happenedAt,
        kind: 'unlink',
        profileId: owner,
        otherId: null,
        detail: { identities: [identity], source: event.source },
      });
      this.#unlinked.push(identity);
      this.#past.push({ visitor: identityKey(identity), profileId: owner, until: event.receivedAt });
    }
    return nothing;
  }

  async #saveIdentities(): Promise<void> {
    await savePast(
      this.#tx,
      this.#past.map((one) => ({ ...one, profileId: this.living(one.profileId) })),
    );
    for (const identity of this.#unlinked) await unlinkIdentity(this.#tx, identity);
    if (this.#linked.length === 0) return;
    const last = new Map(this.#linked.map((link) => [identityKey(link.identity), link]));
    const rows = [...last.values()];
    const written = await saveLinks(this.#tx, rows, [...this.profiles.keys()]);
    if (written !== rows.length) throw new IdentityRace('An identity was linked by another transaction');
  }

  /** Who claims more than the limits is written down once for each batch, for the alarm (trust row 78). */
  async #saveClaims(): Promise<void> {
    this.refusedClaims = await saveClaims(
      this.#tx,
      this.#claims.map((claim) => ({ ...claim, profileId: this.living(claim.profileId) })),
    );
    const devices = new Map(this.refusedClaims.map((claim) => [claim.device, claim]));
    for (const { device, profileId, at, limit } of devices.values())
      this.#audit.push({ at, kind: 'claims-refused', profileId, otherId: null, detail: { device, limit } });
  }

  async #saveConsents(): Promise<void> {
    const rows = this.#consents.flatMap(({ profileId, event }) =>
      Object.entries(event.consent ?? {})
        .filter(([purpose]) => purpose !== 'email-marketing' || event.level >= 2)
        .map(([purpose, state]) => ({ profileId: this.living(profileId), event, purpose, state })),
    );
    await saveConsentRecords(
      this.#tx,
      rows.map((row) => ({ id: this.#ids.next(), ...row })),
    );
  }
}
