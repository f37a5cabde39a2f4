import { BeckonError, durationMs, point, type Clock } from '../base/index.ts';
import type { Store, Tx } from '../store/index.ts';
import type { JourneyDefinition } from './definition.ts';
import { errors } from './error.ts';
import type { Journeys } from './journeys.ts';
import type { Runner } from './runner.ts';
import type { JourneyRow, JourneyStatus, Moving } from './table-journey.ts';
import { nextReadingOf } from './reading.ts';
import { isOver } from './span.ts';

/**
 * What becomes of waits when a pause ends: `shift`, all go on where they stood, so that the pause counts as no time;
 * `late`, what fell due meanwhile is due now; `skip`, what fell due longer ago than `olderThan` ends instead.
 */
export interface Resuming {
  waits: 'shift' | 'late' | 'skip';
  /** ISO duration; absent: whatever fell due. */
  olderThan?: string;
}

/** How many runs are ended or brought over in one transaction. */
const pageSize = 500;

/** What from which status may become of a journey. */
const allowed: Record<'pause' | 'resume' | 'close' | 'stop', readonly JourneyStatus[]> = {
  pause: ['live'],
  resume: ['paused'],
  close: ['live', 'paused'],
  stop: ['live', 'paused', 'closed'],
};

/**
 * Publishing aside, what can be done with a journey that people are in. Each change of status is one transaction; what
 * then has to be done run by run goes on in pages, and after a crash where it stopped.
 */
export class Lifecycle {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #journeys: Journeys;
  readonly #runner: Runner;

  constructor(parts: { store: Store; clock: Clock; journeys: Journeys; runner: Runner }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#journeys = parts.journeys;
    this.#runner = parts.runner;
  }

  /** Nobody comes in and nobody goes on: waits stand still, calls and mails are held. Exits still end runs. */
  pause(key: string): Promise<JourneyRow> {
    return this.#change(key, 'pause', async (tx, now) => {
      await tx.run({
        text: `update journey set status = 'paused', paused_at = $2, read_due = null, updated_at = $2 where key = $1`,
        values: [key, new Date(now)],
      });
      await tx.run({
        text: 'update journey_wait set held = true where journey = $1',
        values: [key],
      });
    });
  }

  /** The pause ends: people come in again, and those inside go on as `how` says. */
  resume(key: string, how: Resuming): Promise<JourneyRow> {
    const olderMs = how.olderThan === undefined ? 0 : durationMs(how.olderThan);
    return this.#change(key, 'resume', async (tx, now, pausedAt) => {
      const { version } = this.#journeys.get(key);
      // Those that were being written when the pause came stood still too.
      await tx.run({ text: 'update journey_wait set held = true where journey = $1 and not held', values: [key] });
      if (how.waits === 'skip') await this.#skipOverdue(tx, key, now - olderMs);
      // A time of the wall stays what it is; only elapsed time stands still.
      const stoodMs = how.waits === 'shift' ? now - (pausedAt ?? now) : 0;
      await tx.run({
        text: `with w as (
            update journey_wait w set held = false,
              due = greatest($2, case when r.context ? 'wall' then w.due else w.due + $3 * interval '1 millisecond' end)
            from journey_run r where w.journey = $1 and w.held and r.id = w.run_id returning w.run_id, w.due
          ) update journey_run r set due = w.due from w where r.id = w.run_id`,
        values: [key, new Date(now), stoodMs],
      });
      await tx.run({
        text: `update journey set status = 'live', paused_at = null, read_due = $2, updated_at = $3 where key = $1`,
        values: [key, this.#nextRead(this.#journeys.version(key, version), now), new Date(now)],
      });
    });
  }

  /** Lets nobody in any more; those inside go on to their end. */
  close(key: string): Promise<JourneyRow> {
    return this.#change(key, 'close', async (tx, now) => {
      await tx.run({
        text: `update journey set status = 'closed', read_due = null, paused_at = null, updated_at = $2 where key = $1`,
        values: [key, new Date(now)],
      });
      await this.#release(tx, key);
    });
  }

  /** Ends every run where it is, with the reason in its history. @returns at once; `work` does it */
  stop(key: string): Promise<JourneyRow> {
    return this.#change(key, 'stop', async (tx, now) => {
      await tx.run({
        text: `update journey set status = 'stopped', read_due = null, paused_at = null, updated_at = $2 where key = $1`,
        values: [key, new Date(now)],
      });
      await this.#release(tx, key);
    });
  }

  /** Makes the document of an earlier version live again, as a new version (journeys §5 26). */
  async rollback(key: string, version: number): Promise<JourneyRow> {
    this.#journeys.get(key);
    const earlier = this.#journeys.version(key, version);
    if (!earlier)
      throw new BeckonError(errors.JOURNEY_UNKNOWN, `Journey "${key}" has no version ${version}`, { where: 'version' });
    await this.#journeys.put(earlier);
    return this.#journeys.publish(key);
  }

  /**
   * Where those inside an older version would go: by activity how many there are, and which activity of the live version
   * takes them; undefined where nobody has said (journeys §5 27).
   */
  async migration(
    key: string,
    map: Readonly<Record<string, string | null>>,
  ): Promise<{ from: number; activity: string; count: number; to: string | null | undefined }[]> {
    const { version } = this.#journeys.get(key);
    const rows = await this.#store.rows<{ version: number; activity: string; n: number }>({
      text: `select version, activity, count(*)::int as n from journey_run where journey = $1 and ended_at is null and version <> $2
        group by version, activity order by version, activity`,
      values: [key, version],
    });
    const names = this.#journeys.version(key, version)?.activities ?? {};
    return rows.map((row) => ({
      from: row.version,
      activity: row.activity,
      count: row.n,
      to: Object.hasOwn(map, row.activity)
        ? map[row.activity]!
        : Object.hasOwn(names, row.activity)
          ? row.activity
          : undefined,
    }));
  }

  /** Brings those inside over to the live version. Throws JOURNEY_MAP_INCOMPLETE where somebody would have no place. */
  async migrate(key: string, map: Readonly<Record<string, string | null>>): Promise<JourneyRow> {
    const { version, status } = this.#journeys.get(key);
    const activities = this.#journeys.version(key, version)?.activities ?? {};
    for (const [from, to] of Object.entries(map)) {
      if (to !== null && !Object.hasOwn(activities, to))
        throw new BeckonError(errors.JOURNEY_MAP_INCOMPLETE, `Version ${version} has no activity "${to}"`, {
          where: from,
        });
    }
    const homeless = (await this.migration(key, map)).find(({ to }) => to === undefined);
    if (homeless)
      throw new BeckonError(
        errors.JOURNEY_MAP_INCOMPLETE,
        `${homeless.count} stand at "${homeless.activity}" of version ${homeless.from}, and version ${version} has no such activity`,
        { where: homeless.activity },
      );
    if (status !== 'live') throw this.#refusal(key, status, 'bring those inside over');
    await this.#store.run({
      text: 'update journey set moving = $2, updated_at = $3 where key = $1',
      values: [key, JSON.stringify({ to: version, map } satisfies Moving), new Date(this.#clock.now())],
    });
    point('journey.changed');
    await this.#journeys.load();
    return this.#journeys.get(key);
  }

  /** Goes on with what has to be done run by run. @returns runs changed */
  async work(): Promise<number> {
    let changed = 0;
    for (const row of this.#journeys.list()) {
      if (await this.#closeOver(row)) changed++;
      if (row.status === 'stopped') changed += await this.#stopPage(row.key);
      if (row.moving) changed += await this.#movePage(row.key, row.moving);
    }
    if (changed > 0) point('journey.page-changed');
    return changed;
  }

  /** A journey whose time is over closes itself (journeys E21). @returns whether it was this one that closed it */
  async #closeOver({ key, version, status }: JourneyRow): Promise<boolean> {
    const definition = this.#journeys.version(key, version);
    if (status !== 'live' && status !== 'paused') return false;
    if (definition === undefined || !isOver(definition, this.#journeys.zone, this.#clock.now())) return false;
    await this.close(key).catch((error: { code?: string }) => {
      if (error.code !== errors.JOURNEY_NOT_SO.code) throw error; // another process was first
    });
    return true;
  }

  async #stopPage(key: string): Promise<number> {
    const ids = await this.#inside(key, 'true', []);
    return this.#runner.change(ids, () => ({ end: 'The journey was stopped' }));
  }

  async #movePage(key: string, { to, map }: Moving): Promise<number> {
    const ids = await this.#inside(key, 'version <> $3', [to]);
    if (ids.length > 0) {
      return this.#runner.change(ids, ({ activity, version }) => {
        if (version === to) return null;
        const target = Object.hasOwn(map, activity) ? map[activity]! : activity;
        return target === null
          ? { end: `Ended when version ${to} came` }
          : { kind: 'migrated', version: to, activity: target };
      });
    }
    await this.#store.run({ text: 'update journey set moving = null where key = $1', values: [key] });
    await this.#journeys.load();
    return 0;
  }

  async #inside(key: string, which: string, more: unknown[]): Promise<string[]> {
    const rows = await this.#store.rows<{ id: string }>({
      text: `select id from journey_run where journey = $1 and ended_at is null and ${which} limit $2`,
      values: [key, pageSize, ...more],
    });
    return rows.map(({ id }) => id);
  }

  async #change(
    key: string,
    what: keyof typeof allowed,
    work: (tx: Tx, now: number, pausedAt: number | null) => Promise<void>,
  ): Promise<JourneyRow> {
    this.#journeys.get(key);
    await this.#store.inTransaction(async (tx) => {
      // Held until the end: whatever another process does with it comes before or after, and is seen.
      const [row] = await tx.rows<{ status: JourneyStatus; paused: Date | null }>({
        text: 'select status, paused_at as paused from journey where key = $1 for update',
        values: [key],
      });
      const status = row?.status ?? 'draft';
      if (!allowed[what].includes(status)) throw this.#refusal(key, status, what);
      await work(tx, this.#clock.now(), row?.paused?.getTime() ?? null);
    });
    point('journey.changed');
    await this.#journeys.load();
    return this.#journeys.get(key);
  }

  #refusal(key: string, status: JourneyStatus, what: string): BeckonError {
    return new BeckonError(errors.JOURNEY_NOT_SO, `Journey "${key}" is ${status}, so you cannot ${what} it`, {
      where: 'status',
    });
  }

  /** What a pause held goes on at its time. */
  async #release(tx: Tx, key: string): Promise<void> {
    await tx.run({ text: 'update journey_wait set held = false where journey = $1 and held', values: [key] });
  }

  /** Ends what fell due before a moment, in the resuming transaction, so that it cannot wake in between. */
  async #skipOverdue(tx: Tx, key: string, before: number): Promise<void> {
    const now = new Date(this.#clock.now());
    await tx.run({
      text: `with gone as (
          delete from journey_wait where journey = $1 and held and due <= $2 returning run_id
        ), ended as (
          update journey_run r set state = 'ended', due = null, ended_at = $3, end_reason = $4 from gone where r.id = gone.run_id
          returning r.*
        ) insert into journey_step (run_id, no, shard, profile_id, journey, at, activity, kind, reason)
        select e.id, coalesce((select max(s.no) + 1 from journey_step s where s.run_id = e.id), 0), e.shard, e.profile_id, e.journey, $3, e.activity, 'exited', $4
        from ended e`,
      values: [key, new Date(before), now, 'Its time had passed when the pause ended'],
    });
  }

  #nextRead(definition: JourneyDefinition | undefined, now: number): Date | null {
    const due = definition === undefined ? null : nextReadingOf(definition, this.#journeys.zone, now);
    return due === null ? null : new Date(due);
  }
}
