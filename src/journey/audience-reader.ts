import { truthy } from '../language/index.ts';
import { isAudienceKey, viewOf, type Profile } from '../profile/index.ts';
import type { Tx } from '../store/index.ts';
import type { EntryData, LiveJourney } from './admit.ts';
import { Changes } from './change.ts';
import type { About, RunHands } from './hands.ts';
import type { RunnerParts } from './runner.ts';
import { activeRuns } from './table.ts';

const pageSize = 500;

/** Does this profile belong to those who are read? Asked once more under its lock. */
type Holds = (profile: Profile) => boolean;

/** What reading needs of the runner. */
export interface ReaderHands {
  parts: RunnerParts;
  hands: RunHands;
  evaluate(source: string, about: About): unknown;
  admit(changes: Changes, journey: LiveJourney, entry: EntryData, profile: Profile): boolean;
  save(tx: Tx, changes: Changes, profiles: ReadonlyMap<string, Profile>): Promise<void>;
}

/** Lets the people of an audience into a journey, page by page; begun again after a crash, nobody enters twice. */
export class AudienceReader {
  readonly #hands: ReaderHands;

  constructor(hands: ReaderHands) {
    this.#hands = hands;
  }

  /** @returns runs started; null when the audience is still being worked out, so that it is read later */
  async read(journey: LiveJourney, due: number): Promise<number | null> {
    const { entry } = journey.definition;
    if (entry.kind !== 'audience') return 0;
    const { clock, profiles } = this.#hands.parts;
    const now = clock.now();
    const isKey = isAudienceKey(entry.audience);
    const source = isKey ? (entry.when ?? 'true') : entry.audience;
    const asks = (profile: Profile) =>
      truthy(this.#hands.evaluate(source, { profile, now, definition: journey.definition }));
    if (!isKey) return this.#each(journey, { due, holds: asks }, this.#everybody(asks));
    const audience = profiles.audiences.all.find(({ row }) => row.key === entry.audience);
    if (audience?.row.builtAt === null) return null;
    const holds: Holds = (profile) => (profile.audiences ?? []).includes(entry.audience) && asks(profile);
    return audience ? this.#each(journey, { due, holds }, this.#members(entry.audience)) : 0;
  }

  /** Ids of everybody the expression holds for. */
  async *#everybody(holds: Holds): AsyncIterable<string> {
    for await (const profile of this.#hands.parts.profiles.readAll({ seenSince: 0 }))
      if (holds(profile)) yield profile.id;
  }

  /** Ids of the members of this moment. */
  async *#members(key: string): AsyncIterable<string> {
    const { audiences } = this.#hands.parts.profiles;
    for (let after: string | null = null; ;) {
      const page: { id: string }[] = await audiences.members(key, { after, limit: pageSize });
      for (const { id } of page) yield id;
      if (page.length < pageSize) return;
      after = page.at(-1)!.id;
    }
  }

  async #each(journey: LiveJourney, how: { due: number; holds: Holds }, ids: AsyncIterable<string>): Promise<number> {
    let started = 0;
    let page: string[] = [];
    for await (const id of ids) {
      page.push(id);
      if (page.length < pageSize) continue;
      started += await this.#enter(journey, { ...how, ids: page });
      page = [];
    }
    return page.length > 0 ? started + (await this.#enter(journey, { ...how, ids: page })) : started;
  }

  async #enter(journey: LiveJourney, page: { due: number; ids: string[]; holds: Holds }): Promise<number> {
    const { store, profiles, clock } = this.#hands.parts;
    const { key } = journey.definition;
    return store.inTransaction(async (tx) => {
      const locked = await profiles.lock(tx, page.ids);
      await this.#hands.hands.load(tx, [...locked.values()], [journey.definition]);
      const changes = new Changes(this.#hands.parts, await activeRuns(tx, [...locked.keys()]));
      await changes.loadEntries(tx, [...locked.keys()]);
      let started = 0;
      for (const profile of locked.values()) {
        const isOver = changes.isInside(profile.id, key, '') || (changes.lastEntry(profile.id, key) ?? 0) >= page.due;
        if (isOver || !page.holds(profile)) continue;
        const { ecid } = viewOf(profile, clock.now());
        if (this.#hands.admit(changes, journey, { key: '', at: page.due, data: { ecid } }, profile)) started++;
      }
      await this.#hands.save(tx, changes, locked);
      return started;
    });
  }
}
