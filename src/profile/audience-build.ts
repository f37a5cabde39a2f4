import { after, elapsed, pause, point, type Clock, type Timer } from '../base/index.ts';
import type { Rule } from '../language/index.ts';
import type { Store, Tx } from '../store/index.ts';
import type { Audience } from './audience.ts';
import { followAudiences } from './audience-follow.ts';
import { lapsingQuery, ruleQuery } from './audience-sql.ts';
import { lockProfiles } from './table.ts';
import {
  changedSince,
  differences,
  holdBuild,
  idsOf,
  nextBuild,
  nextRange,
  noteBuild,
  profileCount,
  profileIds,
  removeMembers,
  turnMembers,
  unwaited,
  type BuildRow,
  type Difference,
} from './table-build.ts';

/** What builds need; `current` gives the definitions as they stand. */
export interface BuildParts {
  store: Store;
  clock: Clock;
  /** A step failed; it is tried again. */
  report: (error: unknown) => void;
  current: (runner: Store | Tx) => Promise<readonly Audience[]>;
}

/** A page of what was found, to be put into force. */
interface Applied {
  build: BuildRow;
  audience: Audience;
  some: readonly Difference[];
  /** When it was compared, UTC ms. */
  now: number;
}

/** So many profiles are compared in one query, which locks nothing. */
const rangeSize = 1_000_000;
/** So many memberships are changed in one transaction. */
const applySize = 250;
/** The longest rest after that, real milliseconds. */
const breathMs = 20;
/** So many are asked for the moment at which time changes their membership, in one transaction. */
const momentPage = 250;
/** So many of those are looked up at once. */
const lapsingSize = 200_000;
/** The longest rest after a transaction, real milliseconds: folding and sending come first. */
const longestRestMs = 250;

/**
 * Works memberships out over everybody, on a lane of its own beside the pulse: first who belongs, by queries that lock
 * nothing, then the moments at which time will change it. What happens meanwhile wins: a profile that a fold has changed
 * since it was compared is left to the fold, or asked again under its lock. Each transaction notes how far it has come, so
 * whoever dies is taken over, and two processes never do the same part twice.
 */
export class AudienceBuilds {
  readonly #parts: BuildParts;
  #timer: Timer | undefined;
  #stopped = true;
  #turn: Promise<unknown> = Promise.resolve();
  #again = false;
  #working = false;
  /** Whom the running build has yet to look at, after the last one it did. */
  #lapsing: { of: string; after: string | null; ids: string[] } | null = null;

  constructor(parts: BuildParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#stopped = false;
    this.wake();
  }

  /** There may be something to build. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#working) void this.#work();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    await this.#turn.catch(() => {});
  }

  /** Builds until nothing is left to build. Calls that overlap wait for one another. */
  async finish(): Promise<void> {
    const turn = this.#turn
      .catch(() => {})
      .then(async () => {
        while (await this.#step());
      });
    this.#turn = turn;
    await turn;
  }

  async #work(): Promise<void> {
    this.#working = true;
    this.#timer?.stop();
    while (this.#again && !this.#stopped) {
      this.#again = false;
      await this.#lane().catch(this.#parts.report);
    }
    this.#working = false;
    if (!this.#stopped) this.#timer = after(2000, () => this.wake());
  }

  /** Rests as long as each step took. */
  async #lane(): Promise<void> {
    for (let left = true; left && !this.#stopped;) {
      const began = elapsed();
      const turn = this.#turn.catch(() => {}).then(() => this.#step());
      this.#turn = turn;
      left = await turn;
      await pause(Math.min(longestRestMs, elapsed() - began));
    }
  }

  /** One part of one build. @returns whether there was any */
  async #step(): Promise<boolean> {
    const { store, current } = this.#parts;
    const build = await nextBuild(store);
    if (!build) return false;
    const audience = (await current(store)).find(({ row }) => row.id === build.id);
    if (!audience?.rule || audience.row.revision !== build.revision) {
      await store.inTransaction(async (tx) => {
        if (await holdBuild(tx, build)) await this.#over(tx, build);
      });
      return true;
    }
    if (build.step === 'members') await this.#members(build, audience);
    else await this.#moments(build, audience);
    point('audience.built');
    return true;
  }

  async #members(build: BuildRow, audience: Audience): Promise<void> {
    const { store, clock } = this.#parts;
    const of = build.after === null ? await profileCount(store) : build.of;
    if (of !== build.of) await this.#note(build, { ...build, of, builtAt: null });
    const { upTo, count } = await nextRange(store, build.after, rangeSize);
    const whole = count < rangeSize;
    const range = { after: build.after, upTo: whole ? null : upTo };
    const now = clock.now();
    const query = ruleQuery(audience.rule!, range, now);
    const isOurs = await store.inTransaction(async (reading) => {
      for await (const some of differences(reading, build.id, { query, range, page: applySize })) {
        const began = elapsed();
        if (!(await this.#apply({ build, audience, some, now }))) return false;
        // A breath: whoever waits for these profiles goes first, and so does whoever sends.
        await pause(Math.min(breathMs, elapsed() - began));
      }
      return true;
    });
    if (!isOurs) return;
    await store.inTransaction(async (tx) => {
      if (!(await holdBuild(tx, build))) return;
      const next = { after: upTo, done: build.done + count, of, step: 'members' as const, builtAt: null };
      if (!whole) return noteBuild(tx, build, next);
      if (!audience.rule!.timed) return this.#over(tx, { ...build, of });
      await noteBuild(tx, build, { step: 'moments', after: null, done: 0, of, builtAt: now });
    });
  }

  /**
   * First the memberships, as they were compared; once they can be seen, who has changed meanwhile. Whoever changes a profile
   * holds it before it looks at its memberships: it has either been seen to hold it here, or sees what was written here.
   *
   * @returns false when the build is no longer ours to go on with
   */
  async #apply({ build, audience, some, now }: Applied): Promise<boolean> {
    const { store } = this.#parts;
    const clear = some.filter(({ sure }) => sure !== false);
    const isOurs = await store.inTransaction(async (tx) => {
      await unwaited(tx);
      if (!(await holdBuild(tx, build))) return false;
      await turnMembers(tx, build.id, { clear, now });
      return true;
    });
    if (!isOurs) return false;
    point('audience.turned');
    const open = some.filter(({ sure }) => sure === false).map(({ id }) => id);
    open.push(...(await changedSince(store, clear)));
    if (open.length === 0) return true;
    return store.inTransaction(async (tx) => {
      await unwaited(tx);
      const profiles = await lockProfiles(tx, open);
      // Only now: whoever changes the rule waits for us, and we see what it is.
      if (!(await holdBuild(tx, build))) return false;
      const living = new Set(profiles.map(({ id }) => id));
      await removeMembers(
        tx,
        build.id,
        open.filter((id) => !living.has(id)),
      );
      await this.#ask(tx, audience, profiles);
      return true;
    });
  }

  /** Asks the rule itself, about profiles that are locked. */
  async #ask(tx: Tx, audience: Audience, profiles: Awaited<ReturnType<typeof lockProfiles>>): Promise<void> {
    const now = this.#parts.clock.now();
    await followAudiences(tx, [audience], { profiles, events: new Map(), created: new Set(), now, quiet: true });
  }

  async #moments(build: BuildRow, audience: Audience): Promise<void> {
    await this.#parts.store.inTransaction(async (tx) => {
      const { ids, of } = await this.#next(tx, build, audience.rule!);
      const profiles = await lockProfiles(tx, ids);
      if (!(await holdBuild(tx, build))) return;
      if (ids.length === 0) return this.#over(tx, build);
      await this.#ask(tx, audience, profiles);
      const done = build.done + ids.length;
      await noteBuild(tx, build, { step: 'moments', after: ids.at(-1)!, done, of, builtAt: null });
    });
  }

  /** The next people whom time may move in or out: mostly few of all, then they are looked up once for many pages. */
  async #next(tx: Tx, build: BuildRow, rule: Rule): Promise<{ ids: string[]; of: number }> {
    if (rule.lapse === null) return { ids: await profileIds(tx, build.after, momentPage), of: build.of };
    const known = this.#lapsing;
    const isHere = known?.of === `${build.id} ${build.revision}` && known.after === build.after;
    const now = this.#parts.clock.now();
    const query = lapsingQuery(rule, { after: build.after, now, limit: lapsingSize });
    const all = isHere && known.ids.length > 0 ? known.ids : await idsOf(tx, query);
    const ids = all.slice(0, momentPage);
    const rest = all.slice(momentPage);
    this.#lapsing = { of: `${build.id} ${build.revision}`, after: ids.at(-1) ?? build.after, ids: rest };
    return { ids, of: Math.max(build.done + all.length, all.length === lapsingSize ? build.of : 0) };
  }

  async #note(build: BuildRow, next: Parameters<typeof noteBuild>[2]): Promise<void> {
    await this.#parts.store.inTransaction(async (tx) => {
      if (await holdBuild(tx, build)) await noteBuild(tx, build, next);
    });
  }

  async #over(tx: Tx, build: BuildRow): Promise<void> {
    await noteBuild(tx, build, {
      step: null,
      after: null,
      done: build.of,
      of: build.of,
      builtAt: this.#parts.clock.now(),
    });
  }
}
