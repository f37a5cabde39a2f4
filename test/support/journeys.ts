import { FakeClock, quietLog, SeededRandom, UuidIds } from '../../src/base/index.ts';
import { emptyLog, EventLog, migrations as eventMigrations, type ShopEvent } from '../../src/event/index.ts';
import { emptyJobs, Jobs, migrations as jobMigrations } from '../../src/job/index.ts';
import {
  emptyJourneys,
  Journeys,
  Lifecycle,
  migrations,
  Runner,
  Secrets,
  stepsOf,
  type CallAnswer,
  type CallRequest,
  type CarriedRuns,
  type JourneyDefinition,
  type OrderedMessage,
  type UpdateProfile,
} from '../../src/journey/index.ts';
import { emptyProfiles, migrations as profileMigrations, Profiles } from '../../src/profile/index.ts';
import type { Store } from '../../src/store/index.ts';
import { sharedStore } from './database.ts';

/** Tuesday, 24 November 2026, 10:00 in Stockholm. */
export const opening = Date.UTC(2026, 10, 24, 9);

/** A run as a test looks at it. */
export interface RunSeen {
  id: string;
  journey: string;
  version: number;
  profileId: string;
  key: string;
  state: string;
  activity: string;
  due: number | null;
  endReason: string | null;
}

let count = 0;

/** Journeys of one process on a real database, with what they order kept instead of sent. */
export class Office {
  readonly store: Store;
  readonly clock = new FakeClock(opening);
  readonly planned: OrderedMessage[] = [];
  readonly cancelled: { runId: string; reason: string }[] = [];
  readonly written: Parameters<UpdateProfile>[1][] = [];
  readonly asked: CallRequest[] = [];
  respond: (request: CallRequest) => CallAnswer | Promise<CallAnswer> = () => ({
    status: 200,
    headers: {},
    text: '{}',
  });
  readonly profiles: Profiles;
  readonly journeys: Journeys;
  readonly runner: Runner;
  readonly lifecycle: Lifecycle;
  readonly secrets: Secrets;

  private constructor(store: Store) {
    this.store = store;
    const { clock } = this;
    const random = new SeededRandom(++count);
    const ids = new UuidIds(clock, random);
    this.profiles = new Profiles({
      store,
      clock,
      ids,
      log: new EventLog({ store, ids }),
      onMerge: (tx, from, into) => this.runner.merge(tx, from, into),
      onUnmerge: (tx, { from, into, carried }) =>
        this.runner.unmerge(tx, { from, into, carried: carried as CarriedRuns }),
      listens: (type) => this.journeys.listened.has(type),
    });
    this.journeys = new Journeys({ store, clock, zone: 'Europe/Stockholm', templates: () => new Set(['reminder']) });
    this.secrets = new Secrets({ store, clock, random, secret: new Uint8Array(32).fill(9) });
    const call = async (request: CallRequest) => {
      this.asked.push(request);
      return this.respond(request);
    };
    this.runner = new Runner({
      store,
      clock,
      ids,
      random,
      log: quietLog,
      profiles: this.profiles,
      jobs: new Jobs({ store, clock, ids }),
      journeys: this.journeys,
      callOwn: call,
      callOutside: call,
      secrets: this.secrets,
      plan: async (_tx, orders) => void this.planned.push(...orders),
      cancel: async (_tx, runId, reason) => void this.cancelled.push({ runId, reason }),
      update: async (_tx, update) => void this.written.push(update),
    });
    this.lifecycle = new Lifecycle({ store, clock, journeys: this.journeys, runner: this.runner });
  }

  /** An empty office; the database is that of the test file. */
  static async open(): Promise<Office> {
    const store = await sharedStore([...jobMigrations, ...eventMigrations, ...profileMigrations, ...migrations]);
    await Promise.all([emptyLog(store), emptyJobs(store), emptyProfiles(store), emptyJourneys(store)]);
    await store.run({ text: 'delete from journey' });
    await store.run({ text: 'delete from journey_secret' });
    return new Office(store);
  }

  async live(definition: JourneyDefinition): Promise<void> {
    await this.journeys.put(definition);
    await this.journeys.publish(definition.key);
  }

  event(types: string[], more: Partial<ShopEvent> = {}, no = 1): ShopEvent {
    const ecid = String(no).repeat(38).slice(0, 38);
    return {
      id: `e${++count}`,
      source: 'edge:demo',
      types,
      happenedAt: this.clock.now(),
      receivedAt: this.clock.now(),
      level: 0,
      visitor: `ecid:${ecid}`,
      identities: [{ namespace: 'ecid', id: ecid }],
      ...more,
    };
  }

  add(item: string, no = 1): ShopEvent {
    return this.event(['commerce.productListAdds'], { items: [{ id: item }] }, no);
  }

  named(email: string, no = 1, more: Partial<ShopEvent> = {}): ShopEvent {
    const { identities, ...event } = this.event(['profile.asserted'], { level: 3, source: 'server', ...more }, no);
    return { ...event, identities: [{ namespace: 'email', id: email }, ...identities] };
  }

  bought(no = 1): ShopEvent {
    const order = { id: `o${++count}`, totalMinor: 100, currency: 'EUR' };
    const more = { level: 3, source: 'server', items: [{ id: 'coat' }], order } as const;
    return this.event(['commerce.purchases'], { ...more, items: [...more.items] }, no);
  }

  /** One fold, as app.ts does it. */
  async happens(...events: ShopEvent[]): Promise<void> {
    await this.store.inTransaction(async (tx) => {
      const folded = await this.profiles.fold(
        tx,
        events.map((one) => ({ shard: 0, event: one })),
      );
      await this.runner.listen(tx, folded.facts, folded.profiles);
    });
  }

  async runs(): Promise<RunSeen[]> {
    const rows = await this.store.rows<Omit<RunSeen, 'due'> & { due: Date | null }>({
      text: `select id, journey, version, profile_id as "profileId", key, state, activity, due, end_reason as "endReason"
        from journey_run order by entered_at, id`,
    });
    return rows.map((row) => ({ ...row, due: row.due?.getTime() ?? null }));
  }

  /** How each run stands: the reason of its end, or where it is. */
  async states(): Promise<string[]> {
    return (await this.runs()).map(({ endReason, activity }) => endReason ?? activity);
  }

  async history(profileId: string): Promise<string[]> {
    const lines = await stepsOf(this.store, profileId, { limit: 100 });
    return lines.map(({ kind, reason }) => (reason === null ? kind : `${kind}: ${reason}`)).reverse();
  }

  /** The last planned mail is told to have come to this. */
  async tell(outcome: 'accepted' | 'excluded' = 'accepted', reason: string | null = null): Promise<void> {
    const { runId, visit } = this.planned.at(-1)!;
    await this.store.inTransaction((tx) => this.runner.messaged(tx, { runId, visit, outcome, reason }));
  }
}
