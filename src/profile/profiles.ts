import { isUuid, Remembered, shardOf, Slices, type Clock, type Ids } from '../base/index.ts';
import { identityKey, is, type EventLog, type Identity, type ShopEvent, type VisitorSpan } from '../event/index.ts';
import type { History } from '../language/index.ts';
import type { Runner, Store, Tx } from '../store/index.ts';
import { withAudiences } from './audience-follow.ts';
import { Audiences } from './audiences.ts';
import { blankState, endVisit, fold } from './fold.ts';
import { historiesOf, visitorSpans, type HistoryQuery } from './history.ts';
import { actingIdentities, signsOut } from './identify.ts';
import { FoldPass } from './pass.ts';
import type { Fact, Lesson, Profile } from './profile.ts';
import { ConsentReader, type Collecting } from './consent.ts';
import { ProfileMemory } from './memory.ts';
import { ConsentRecall } from './recall.ts';
import {
  lockFreeProfiles,
  lockProfiles,
  lockSeenProfiles,
  ownersOf,
  profilesOf,
  putOffVisits,
  saveProfiles,
  seenStepMs,
} from './table.ts';
import type { RefusedClaim } from './claim.ts';
import { audiencesOf } from './table-audience.ts';
import type { Taught } from './taught.ts';
import { Traits } from './traits.ts';
import { deleteProfiles, rowsOfProfiles } from './table-erasure.ts';
import { profileColumns, profileOf, type ProfileRow } from './table-row.ts';
import { claimantsSince, familyOf } from './table-graph.ts';
import { countPeople, latestPeople, searchPeople, type Found } from './table-search.ts';
import { storyOf, type ProfileStory } from './story.ts';
import { unmerge } from './unmerge.ts';

/** What a batch of events did. Profiles are locked and saved; facts stand in the order they came to be. */
export interface FoldedBatch {
  facts: Fact[];
  lessons: { shard: number; lesson: Lesson }[];
  profiles: Map<string, Profile>;
}

/** Called inside the transaction when `from` has become part of `into`, so that other rooms carry their rows over. */
export type OnMerge = (tx: Tx, from: string, into: string) => Promise<unknown>;

/** Called inside the transaction when the two are parted again, with what `OnMerge` gave back then. */
export type OnUnmerge = (tx: Tx, parted: { from: string; into: string; carried: unknown }) => Promise<void>;

/** The people, as the other rooms see them. */
export class Profiles {
  readonly #store: Store;
  readonly #count: Remembered<{ people: number; reachable: number }>;
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #log: EventLog;
  readonly #onMerge: OnMerge;
  readonly #onUnmerge: OnUnmerge;
  readonly #onClaims: (refused: readonly RefusedClaim[]) => void;
  readonly #listens: (type: string) => boolean;
  readonly #consents: ConsentReader;
  readonly #memory = new ProfileMemory();
  readonly #recall: ConsentRecall;
  #foldsAll: () => boolean = () => false;
  #taught: () => Taught = () => ({});
  /** Computed traits as shops define them. */
  readonly traits: Traits;
  /** Who belongs where. */
  readonly audiences: Audiences;

  constructor(parts: {
    store: Store;
    clock: Clock;
    ids: Ids;
    log: EventLog;
    onMerge: OnMerge;
    onUnmerge?: OnUnmerge;
    /** The alarm: browsers claim more names than they may (trust row 78). */
    onClaims?: (refused: readonly RefusedClaim[]) => void;
    /** Does anybody listen to events of this type? Then they are facts. */
    listens?: (type: string) => boolean;
    /** A membership could not be worked out over everybody; it is tried again. */
    onAudienceFault?: (error: unknown) => void;
  }) {
    this.#onUnmerge = parts.onUnmerge ?? (() => Promise.resolve());
    this.#onClaims = parts.onClaims ?? (() => {});
    this.#listens = parts.listens ?? (() => false);
    this.#store = parts.store;
    this.#count = new Remembered(
      () => countPeople(parts.store),
      ({ people }) => people >= 50_000,
    );
    this.#clock = parts.clock;
    this.#ids = parts.ids;
    this.#log = parts.log;
    this.#onMerge = parts.onMerge;
    this.#consents = new ConsentReader(parts.store, parts.log);
    this.#recall = new ConsentRecall(() => parts.clock.real());
    this.traits = new Traits(parts);
    this.audiences = new Audiences({ ...parts, report: parts.onAudienceFault ?? (() => {}) });
  }

  /** @param foldsAll does this process fold everything at present? Only then does `recallConsent` remember anything. */
  whileFolding(foldsAll: () => boolean): void {
    this.#foldsAll = foldsAll;
  }

  /** @param taught what lessons tell from now on besides views, carts and orders */
  whileTeaching(taught: () => Taught): void {
    this.#taught = taught;
  }

  /** Folds events, in the order given, into the profiles they belong to; in the caller's transaction. */
  async fold(tx: Tx, events: readonly { shard: number; event: ShopEvent }[]): Promise<FoldedBatch> {
    const pass = new FoldPass({
      tx,
      ids: this.#ids,
      onMerge: this.#onMerge,
      folding: { traits: this.traits.all, ...this.#taught(), listens: this.#listens },
      memory: this.#memory,
      recall: this.#recall,
    });
    await pass.load(events.map(({ event }) => event));
    const batch: FoldedBatch = { facts: [], lessons: [], profiles: pass.profiles };
    const slices = new Slices();
    for (const { shard, event } of events) {
      if (slices.isOver) await slices.next();
      const made = await pass.take(event);
      batch.facts.push(...made.facts);
      for (const lesson of made.lessons) batch.lessons.push({ shard, lesson });
    }
    await pass.save();
    batch.facts.push(...(await this.audiences.follow(tx, pass)));
    if (pass.refusedClaims.length > 0) tx.afterCommit(() => this.#onClaims(pass.refusedClaims));
    for (const fact of batch.facts) fact.profileId = pass.living(fact.profileId);
    return batch;
  }

  /** Ends visits whose half hour of silence is over. @returns the facts and the locked profiles they are about. */
  async endVisits(tx: Tx, limit: number): Promise<FoldedBatch> {
    const now = this.#clock.now();
    await putOffVisits(tx, now);
    const due = await tx.rows<{ id: string }>({
      name: 'profile.visits-due',
      text: 'select id from profile where visit_due <= $1 and merged_into is null order by visit_due limit $2',
      values: [new Date(now), limit],
    });
    const batch: FoldedBatch = { facts: [], lessons: [], profiles: new Map() };
    const changed: Profile[] = [];
    for (const profile of await lockFreeProfiles(
      tx,
      due.map(({ id }) => id),
    )) {
      const made = endVisit(profile.state, now, profile.id);
      if (!made) continue;
      const ended = { ...profile, version: profile.version + 1, state: made.state };
      changed.push(ended);
      batch.profiles.set(profile.id, ended);
      batch.facts.push(...made.facts);
    }
    await saveProfiles(tx, changed);
    tx.afterCommit(() => this.#memory.drop(batch.profiles.keys()));
    batch.facts.sort((a, b) => a.at - b.at);
    batch.facts.push(...(await this.audiences.look(tx, { profiles: changed })));
    return batch;
  }

  /** When the next visit may end, UTC ms; null when nobody is here. */
  async nextVisitEnd(): Promise<number | null> {
    const [row] = await this.#store.rows<{ due: Date | null }>({
      name: 'profile.next-visit',
      text: 'select min(visit_due) as due from profile where visit_due is not null',
    });
    return row?.due?.getTime() ?? null;
  }

  /** Profiles by id, locked in id order until the transaction ends, merged ones under their new id only. What was `seen` and has not changed is not read again. */
  async lock(tx: Runner, ids: readonly string[], seen?: ReadonlyMap<string, Profile>): Promise<Map<string, Profile>> {
    return this.#locked(tx, ids, seen ? lockSeenProfiles(tx, ids, seen) : lockProfiles(tx, ids));
  }

  /** As `lock`, leaving out those another transaction holds. */
  async lockFree(tx: Runner, ids: readonly string[]): Promise<Map<string, Profile>> {
    return this.#locked(tx, ids, lockFreeProfiles(tx, ids));
  }

  /** The audiences are asked for behind the lock on the same connection, which answers in order: as they are under the lock. */
  async #locked(tx: Runner, ids: readonly string[], locking: Promise<Profile[]>): Promise<Map<string, Profile>> {
    const audiences = this.audiences.all.length > 0 && ids.length > 0 ? audiencesOf(tx, ids) : new Map();
    const [profiles, found] = await Promise.all([locking, audiences]);
    for (const profile of profiles) profile.audiences = found.get(profile.id) ?? [];
    return new Map(profiles.map((profile) => [profile.id, profile]));
  }

  /** The same, each knowing which audiences it is in. */
  async #placed(runner: Runner, profiles: Profile[]): Promise<Map<string, Profile>> {
    if (this.audiences.all.length > 0) await withAudiences(runner, profiles);
    return new Map(profiles.map((profile) => [profile.id, profile]));
  }

  /** What these people did, by the log, for conditions that ask; in the caller's transaction. */
  histories(runner: Runner, profileIds: readonly string[], query: HistoryQuery): Promise<Map<string, History>> {
    return historiesOf(runner, profileIds, query);
  }

  /** One profile by its id, following merges. */
  async get(id: string): Promise<Profile | null> {
    const [row] = await this.#store.rows<ProfileRow & { merged_into: string | null; audiences: string[] }>({
      name: 'profile.get',
      text: `select ${profileColumns}, merged_into, array(select a.key from audience_member m
        join audience a on a.id = m.audience where m.profile_id = profile.id order by a.key) as audiences from profile where id = $1`,
      values: [id],
    });
    if (!row) return null;
    const { merged_into: into, audiences } = row;
    return into === null ? { ...profileOf(row), audiences } : this.get(into);
  }

  /**
   * The profile an identity belongs to, with what its visitor did and no fold has taken yet already folded in, in
   * memory: what was acknowledged is visible at once (design §7 "Log"). Null when nobody is known by it.
   */
  async find(identity: Identity): Promise<Profile | null> {
    const beside = await this.#beside(identity);
    const { unread } = beside;
    if (unread.length === 0) return beside.known;
    let { known } = beside;
    let state = known?.state ?? blankState(unread[0]!.happenedAt);
    for (const event of unread) {
      if (is(event, 'profile.signedOut')) {
        if (!signsOut(event, identity)) continue;
        // The device is nobody's from here on, and whoever asks by it learns nothing of the person before.
        [known, state] = [null, blankState(event.happenedAt)];
        continue;
      }
      if (actingIdentities(event).length === 0) continue;
      state = fold(state, event, {
        profileId: known?.id ?? '',
        mintId: () => this.#ids.next(),
        traits: this.traits.all,
      }).state;
    }
    return {
      id: known?.id ?? '',
      shard: known?.shard ?? shardOf(identityKey(identity)),
      version: known?.version ?? 0,
      state,
    };
  }

  /**
   * The profiles of many, by `identityKey`, in two queries. Unlike `find` it does not see what no fold has taken yet; a
   * name that nobody is known by is absent.
   */
  async findAll(identities: readonly Identity[]): Promise<Map<string, Profile>> {
    const isOwn = ({ namespace }: Identity) => ['profile', 'profileid', 'id'].includes(namespace);
    const owners = await ownersOf(
      this.#store,
      identities.filter((one) => !isOwn(one)),
    );
    for (const one of identities) if (isOwn(one) && isUuid(one.id)) owners.set(identityKey(one), one.id);
    const profiles = await profilesOf(this.#store, [...new Set(owners.values())]);
    if (this.audiences.all.length > 0) await withAudiences(this.#store, [...new Set(profiles.values())]);
    const found = new Map<string, Profile>();
    for (const [key, id] of owners) {
      const profile = profiles.get(id);
      if (profile) found.set(key, profile);
    }
    return found;
  }

  /**
   * A profile and the events beside it that are not in it. The events are asked for first: what is folded afterwards is
   * in the profile. If there are any they are asked for again, since a fold may have taken them before the profile was
   * read; then both are read anew.
   */
  async #beside(identity: Identity): Promise<{ known: Profile | null; unread: ShopEvent[] }> {
    const key = identityKey(identity);
    let before = await this.#log.unread(key);
    for (;;) {
      const known = await this.#owner(identity);
      if (before.length === 0) return { known, unread: before };
      const unread = await this.#log.unread(key);
      const still = new Set(unread.map(({ source, id }) => `${source}\u0000${id}`));
      if (before.every(({ source, id }) => still.has(`${source}\u0000${id}`))) return { known, unread };
      before = unread;
    }
  }

  async #owner(identity: Identity): Promise<Profile | null> {
    const isOwn = identity.namespace === 'profile' || identity.namespace === 'id';
    const owner = isOwn ? identity.id : (await ownersOf(this.#store, [identity])).get(identityKey(identity));
    return owner === undefined ? null : this.get(owner);
  }

  /**
   * What the device last said about being recorded, its unread events included; undefined when it said nothing. As
   * `find` would tell, but cheap: asked on every request of the Web SDK, and answered for many devices at once.
   */
  async collectConsent(
    id: string,
    namespace: 'ecid' | 'anonymousid' | 'tntid' = 'ecid',
  ): Promise<'in' | 'out' | undefined> {
    const device = { namespace, id };
    const { age } = this.#recall;
    const answer = await this.#consents.ask(device);
    if (answer === 'unread') return (await this.find(device))?.state.consent.collect?.state;
    this.#recall.keep(identityKey(device), answer, age);
    return answer;
  }

  /**
   * What `collectConsent` said a moment ago, without asking; undefined when that is not known. A consent that no fold
   * has taken yet is not seen: keep the events with `unlessConsenting`, and ask again for those that are doubted.
   */
  recallConsent(ecid: string): { answer: Collecting } | undefined {
    return this.#foldsAll() ? this.#recall.recall(`ecid:${ecid}`) : undefined;
  }

  /** Everybody seen since a time, in pages of `page`, by id (from behind `after`), each with the audiences it is in. */
  async *readAll(query: { seenSince: number; page?: number; after?: string | null }): AsyncIterable<Profile> {
    let after = query.after ?? '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const rows = await this.#store.rows<ProfileRow>({
        name: 'profile.read',
        text: `select ${profileColumns} from profile
          where id > $1 and merged_into is null and last_seen_at >= $2 order by id limit $3`,
        values: [after, new Date(query.seenSince - seenStepMs), query.page ?? 1000],
      });
      if (rows.length === 0) return;
      for (const profile of (await this.#placed(this.#store, rows.map(profileOf))).values())
        if (profile.state.lastSeenAt >= query.seenSince) yield profile;
      after = rows.at(-1)!.id;
    }
  }

  /** People whose address, name or identity begins with `text`, the latest seen first; how many are left out, at least. */
  async search(text: string, limit: number): Promise<Found> {
    if (text.trim() !== '') return searchPeople(this.#store, text, limit);
    const found = await latestPeople(this.#store, limit);
    return { found, left: Math.max(0, (await this.count()).people - found.length), more: false };
  }

  /** From how many devices more names came than one device may claim, since a moment: somebody may be trying names. */
  claimantsSince(at: number): Promise<number> {
    return claimantsSince(this.#store, at);
  }

  /** How many people there are, and how many may be written to; of very many as it was a moment ago. */
  count(): Promise<{ people: number; reachable: number }> {
    return this.#count.get();
  }

  /**
   * Undoes a merge of this profile, by the id that `storyOf` names it by: both live again with what is their own. Throws
   * PROFILE_MERGE_UNKNOWN, PROFILE_MERGE_NOT_LAST.
   */
  unmerge(profileId: string, mergeId: string): Promise<{ into: string; from: string }> {
    const parts = { clock: this.#clock, ids: this.#ids, log: this.#log, onUnmerge: this.#onUnmerge };
    return this.#store.inTransaction((tx) => {
      tx.afterCommit(() => this.#recall.forgetAll());
      return unmerge(tx, { profileId, mergeId }, { ...parts, traits: this.traits.all });
    });
  }

  /** Where what we know of somebody came from: identities, merges, consents and what browsers claimed. */
  async storyOf(profileId: string): Promise<ProfileStory> {
    return storyOf(this.#store, profileId);
  }

  /** Removes a profile, those that became part of it, and all that names them in this room; see `Erasures`. */
  async forget(tx: Tx, profileId: string): Promise<void> {
    const family = await familyOf(tx, profileId);
    await deleteProfiles(tx, family);
    tx.afterCommit(() => {
      this.#memory.drop(family);
      this.#recall.forgetAll();
    });
  }

  /** Everything in this room that names the person, by table, as stored. */
  async exportFor(profileId: string): Promise<Record<string, Record<string, unknown>[]>> {
    return rowsOfProfiles(this.#store, await familyOf(this.#store, profileId));
  }

  /** The visitors whose events belong to a profile, as the log names them, each for the time it was theirs. */
  visitorsOf(profileId: string): Promise<VisitorSpan[]> {
    return visitorSpans(this.#store, [profileId]);
  }
}
