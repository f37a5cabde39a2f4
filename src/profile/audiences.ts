import { BeckonError, isUuid, nearest, type Clock } from '../base/index.ts';
import { historyOf, type Rule } from '../language/index.ts';
import { identityKey, type Identity, type ShopEvent } from '../event/index.ts';
import type { Runner, Store, Tx } from '../store/index.ts';
import {
  audienceRecipes,
  checkAudience,
  ruleOf,
  type Audience,
  type AudienceDefinition,
  type AudienceRow,
} from './audience.ts';
import { AudienceBuilds } from './audience-build.ts';
import { factOf, followAudiences, withAudiences, type Looked } from './audience-follow.ts';
import { ruleQuery } from './audience-sql.ts';
import { errors } from './error.ts';
import { eventsOfPeople, pastAlong, pastBack } from './history.ts';
import type { FoldPass } from './pass.ts';
import type { Fact, Profile } from './profile.ts';
import { ruleFields, type RuleFields } from './rule-field.ts';
import { lockFreeProfiles, lockProfiles, mergedInto, ownersOf } from './table.ts';
import * as table from './table-audience.ts';
import { peopleByIds, previewOf, profilesByIds } from './table-build.ts';
import { viewOf } from './view.ts';

/** An audience as it stands now. */
export interface AudienceView extends AudienceRow {
  /** How many are in it now. */
  size: number;
}

/** Who would be in an audience. */
export interface AudiencePreview {
  size: number;
  /** False when it was counted to a bound or estimated. */
  exact: boolean;
  sample: table.Member[];
}

/** What became of a list. The profiles that came in or went out are locked. */
export interface ListChange {
  changed: number;
  /** Places of identities that nobody is known by. */
  unknown: number[];
  facts: Fact[];
  profiles: Map<string, Profile>;
}

/** What a merge carried over, for parting the two again. */
export interface CarriedAudiences {
  members: table.CarriedMembership[];
  past: { visitor: string; until: string }[];
}

/** Those of a preview whom only the rule itself can judge; beyond so many the rest is estimated. */
const previewTests = 2000;
/** A preview gives up after this long, milliseconds. */
const previewMs = 30_000;
const lapsePage = 200;
/** As long as the log keeps what people did. */
const dayMs = 86_400_000;
const changesMs = 400 * dayMs;

/**
 * Who belongs where: by rules kept fresh by every event and by time passing, or by lists. Read in memory, as every event
 * asks for the definitions; every pass sees whether another process has changed them.
 */
export class Audiences {
  readonly #store: Store;
  readonly #clock: Clock;
  #all: readonly Audience[] = [];
  #marks = '';
  #tidiedAt = -Infinity;
  /** Works out memberships over everybody, beside the pulse. */
  readonly builds: AudienceBuilds;

  constructor(parts: { store: Store; clock: Clock; report: (error: unknown) => void }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.builds = new AudienceBuilds({ ...parts, current: (runner) => this.current(runner) });
  }

  /** The definitions as last read. */
  get all(): readonly Audience[] {
    return this.#all;
  }

  /** Their keys. */
  get keys(): ReadonlySet<string> {
    return new Set(this.#all.map(({ row }) => row.key));
  }

  /** The definitions as they stand in the database; read again only when one has changed. */
  async current(runner: Runner): Promise<readonly Audience[]> {
    const marks = JSON.stringify(await table.audienceMarks(runner));
    if (marks === this.#marks) return this.#all;
    const known = new Map(this.#all.map((one) => [`${one.row.id} ${one.row.revision}`, one.rule]));
    this.#all = (await table.audienceRows(runner)).map((row) => {
      const rule = known.get(`${row.id} ${row.revision}`);
      return { row, rule: rule === undefined ? planned(row) : rule };
    });
    this.#marks = marks;
    return this.#all;
  }

  /** Puts the audiences of the recipes in where they are missing, and reads all. */
  async open(): Promise<void> {
    const known = new Set((await this.current(this.#store)).map(({ row }) => row.key));
    for (const recipe of audienceRecipes) if (!known.has(recipe.key)) await this.put(recipe);
  }

  /** After a fold, in its transaction. @returns entries and exits */
  async follow(tx: Tx, pass: FoldPass): Promise<Fact[]> {
    const events = new Map<string, ShopEvent[]>();
    for (const { event, profileId } of pass.taken) {
      const id = pass.living(profileId);
      const list = events.get(id);
      if (list) list.push(event);
      else events.set(id, [event]);
    }
    const joined = new Set([...pass.merged.values()].map((id) => pass.living(id)));
    const created = new Set([...pass.created].filter((id) => !joined.has(id)));
    return this.look(tx, { profiles: pass.changed, events, created, joined });
  }

  /** Some profiles have changed, in the caller's transaction, which holds them. @returns entries and exits */
  async look(
    tx: Tx,
    { profiles, ...looked }: Pick<Looked, 'profiles'> & Partial<Omit<Looked, 'standings'>>,
  ): Promise<Fact[]> {
    const usual = { events: new Map(), created: new Set<string>(), now: this.#clock.now() };
    const ids = profiles.map(({ id }) => id);
    const reading = ids.length > 0 ? table.standingsOf(tx, ids) : [];
    const [audiences, standings] = await Promise.all([this.current(tx), reading]);
    return followAudiences(tx, audiences, { profiles, standings, ...usual, ...looked });
  }

  /** Those whose membership may change because time has passed. @returns the facts and the locked profiles they are about */
  async lapse(tx: Tx, limit = lapsePage): Promise<{ facts: Fact[]; profiles: Map<string, Profile>; looked: number }> {
    const now = this.#clock.now();
    const ids = await table.duePeople(tx, now, limit);
    const profiles = await lockFreeProfiles(tx, ids);
    const facts = await this.look(tx, { profiles, now });
    const rules = this.#all.filter(({ rule }) => rule !== null).map(({ row }) => row.id);
    const cleared = await table.clearStale(tx, { ids, rules, now });
    return { facts, profiles: new Map(profiles.map((one) => [one.id, one])), looked: profiles.length + cleared };
  }

  /** When the next membership may change by itself, UTC ms. */
  nextDue(): Promise<number | null> {
    return table.nextDueOf(this.#store);
  }

  /** All, with their live sizes, by key. */
  async list(): Promise<AudienceView[]> {
    const [rows, sizes] = [await table.audienceRows(this.#store), await table.audienceSizes(this.#store)];
    return rows.map((row) => ({ ...row, size: sizes.get(row.id) ?? 0 }));
  }

  /** The keys of the audiences a person is in now. */
  async of(profileId: string): Promise<readonly string[]> {
    return (await table.audiencesOf(this.#store, [profileId])).get(profileId) ?? [];
  }

  /** Throws AUDIENCE_UNKNOWN with a near key. */
  async get(key: string): Promise<AudienceView> {
    const all = await this.list();
    const found = all.find((one) => one.key === key);
    if (found) return found;
    const near = nearest(
      key,
      all.map((one) => one.key),
    );
    throw new BeckonError(
      errors.AUDIENCE_UNKNOWN,
      `There is no audience "${key}"${near ? `; did you mean "${near}"?` : ''}`,
    );
  }

  /**
   * Saves a definition. A new rule is worked out over everybody beside all other work; until then the old membership holds.
   * Throws AUDIENCE_INVALID or what the language says, with line and column.
   */
  async put(definition: AudienceDefinition): Promise<AudienceView> {
    checkAudience(definition);
    await table.saveAudience(this.#store, definition, this.#clock.now());
    await this.current(this.#store);
    this.builds.wake();
    return this.get(definition.key);
  }

  /** Works a rule out over everybody anew. Throws AUDIENCE_UNKNOWN; a list stays as it is. */
  async rebuild(key: string): Promise<AudienceView> {
    await this.get(key);
    await table.askBuild(this.#store, key);
    this.builds.wake();
    return this.get(key);
  }

  /** @returns whether there was one */
  async remove(key: string): Promise<boolean> {
    const gone = await this.#store.inTransaction((tx) => table.removeAudience(tx, key));
    await this.current(this.#store);
    return gone;
  }

  /** A page of the members, by id; `after` (exclusive) is the last id of the page before. Throws AUDIENCE_UNKNOWN. */
  async members(key: string, page: { after: string | null; limit: number }): Promise<table.Member[]> {
    return table.memberPage(this.#store, (await this.get(key)).id, page);
  }

  /** Who would be in it by this rule, as everybody stands now; nothing is saved. Throws what `put` throws, and AUDIENCE_SLOW. */
  async preview(text: string, limit: number): Promise<AudiencePreview> {
    const rule = ruleOf(text);
    const now = this.#clock.now();
    const query = ruleQuery(rule, { after: null, upTo: null }, now);
    return this.#store.inTransaction(async (tx) => {
      const { sure, unsure, ids, open } = await previewOf(tx, query, {
        limit,
        tests: previewTests,
        ms: previewMs,
      });
      const passed = await this.#tested(tx, rule, open, now);
      const share = open.length === 0 ? 0 : passed.length / open.length;
      const sample = [...ids, ...passed].sort().slice(0, limit);
      return {
        size: sure + Math.round(unsure * share),
        exact: unsure <= previewTests,
        sample: await peopleByIds(tx, sample, now),
      };
    });
  }

  async #tested(tx: Tx, rule: Rule, ids: readonly string[], now: number): Promise<string[]> {
    const passed: string[] = [];
    for (let place = 0; place < ids.length; place += 500) {
      const profiles = await profilesByIds(tx, ids.slice(place, place + 500));
      const query = { types: rule.types, since: now - rule.horizon };
      const events = await eventsOfPeople(
        tx,
        profiles.map(({ id }) => id),
        query,
      );
      for (const profile of profiles)
        if (rule.test(viewOf(profile, now), historyOf(events.get(profile.id) ?? []), now)) passed.push(profile.id);
    }
    return passed;
  }

  /** What rules can look into, as the last events and the people seen last really had it. */
  fields(): Promise<RuleFields> {
    return ruleFields(this.#store, this.#clock.now());
  }

  /**
   * Puts people in a list or takes them out, whoever is known by these identities, in the caller's transaction. Throws
   * AUDIENCE_UNKNOWN, and AUDIENCE_INVALID for an audience that has a rule.
   */
  async change(
    tx: Tx,
    key: string,
    { how, people }: { how: 'add' | 'remove'; people: readonly Identity[] },
  ): Promise<ListChange> {
    const audience = await this.get(key);
    if (audience.rule !== null)
      throw new BeckonError(
        errors.AUDIENCE_INVALID,
        `The audience "${key}" has a rule; only a list takes people by hand`,
        {
          where: 'key',
        },
      );
    const now = this.#clock.now();
    const owners = await this.#owners(tx, people);
    const isKnown = (one: Identity) => owners.has(identityKey(one));
    const profiles = await lockProfiles(tx, [...new Set(owners.values())]);
    await withAudiences(tx, profiles);
    const turned = profiles.filter((one) => (one.audiences ?? []).includes(key) !== (how === 'add'));
    const turn = how === 'add' ? ('in' as const) : ('out' as const);
    const changes = turned.map(({ id, shard }) => ({ profileId: id, shard, audience: audience.id, turn, told: true }));
    await table.saveStandings(tx, changes, now);
    await withAudiences(tx, turned);
    const facts = changes.flatMap((change) => factOf(change, audience, { now, bot: false }));
    const unknown = people.flatMap((one, place) => (isKnown(one) ? [] : [place]));
    return { changed: turned.length, unknown, facts, profiles: new Map(turned.map((one) => [one.id, one])) };
  }

  /** Namespace `profile` names a profile by its own id. */
  async #owners(tx: Tx, people: readonly Identity[]): Promise<Map<string, string>> {
    const own = people.filter(({ namespace, id }) => namespace === 'profile' && isUuid(id));
    const owners = await ownersOf(
      tx,
      people.filter(({ namespace }) => namespace !== 'profile'),
    );
    const living = await mergedInto(
      tx,
      own.map(({ id }) => id),
    );
    for (const one of own) if (living.has(one.id)) owners.set(identityKey(one), living.get(one.id)!);
    return owners;
  }

  /** One profile has become part of another. @returns what `unmerge` needs */
  async merge(tx: Tx, from: string, into: string): Promise<CarriedAudiences> {
    return { members: await table.carryMemberships(tx, from, into), past: await pastAlong(tx, from, into) };
  }

  /** The two are parted again: each is in what it was in before, or where a rule now finds it. Nobody is told. */
  async unmerge(
    tx: Tx,
    { from, into, carried }: { from: string; into: string; carried: CarriedAudiences },
  ): Promise<void> {
    const profiles = await lockProfiles(tx, [from, into]);
    const shard = profiles.find(({ id }) => id === from)?.shard ?? 0;
    await pastBack(tx, from, carried.past);
    await table.giveMembershipsBack(tx, { from, into, shard }, carried.members);
    await this.look(tx, { profiles, quiet: true });
  }

  /** When somebody came into audiences and left them, newest first. */
  changesOf(profileId: string, page: { before: number | null; limit: number }): Promise<table.AudienceChange[]> {
    return table.changesOf(this.#store, profileId, page);
  }

  /** Lets go, once a day, of entries and exits that are older than what the log keeps. @returns how many */
  async tidy(): Promise<number> {
    const now = this.#clock.now();
    if (Math.abs(now - this.#tidiedAt) < dayMs) return 0;
    this.#tidiedAt = now;
    return table.deleteOldChanges(this.#store, now - changesMs);
  }
}

/** A rule that this version does not understand any more keeps the membership it had. */
function planned({ rule }: AudienceRow): Rule | null {
  if (rule === null) return null;
  try {
    return ruleOf(rule);
  } catch {
    return null;
  }
}
