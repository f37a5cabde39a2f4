import type { Clock, Ids, Log } from './base/index.ts';
import type { Catalog, RuleBook } from './catalog/index.ts';
import { dayStart } from './day.ts';
import type { EventLog, ForgetLesson } from './event/index.ts';
import { Jobs } from './job/index.ts';
import type { Lesson } from './profile/index.ts';
import type { Duty } from './pulse.ts';
import { type Criteria, type Recommender, Replays, type ShopToTry, type Tuning } from './recommend/index.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store/index.ts';

/** Replays of the shop's own history, joined: backtests when somebody asks, a tuning each night. */
export interface Replaying {
  replays: Replays;
  duty: Duty;
}

const dayMs = 24 * 3600 * 1000;
/** The hour of the night, on the shop's clock, ms after midnight. */
const nightMs = 3 * 3600 * 1000;
/** With fewer events to learn from nothing is tuned by itself: a night is too little to tell a gain from its noise. */
const fewestLearned = 50_000;

export function openReplaying(
  ground: { settings: Settings; store: Store; clock: Clock; ids: Ids; log: Log },
  rooms: { events: EventLog; recommender: Recommender; catalog: Catalog; rules: RuleBook; criteria: Criteria },
): Replaying {
  const { events, recommender, catalog } = rooms;
  const { settings, store, clock, ids } = ground;
  const jobs = new Jobs({ store, clock, ids, leaseMs: settings.leaseMs });
  const read = (cursors: ReadonlyMap<number, number>) => events.readFeed<Lesson | ForgetLesson>(cursors);
  const onTuned = (tuning: Tuning) => (recommender.engine.tuning = tuning);
  const shop = shopToTry(rooms, settings.zone);
  const replays = new Replays({ ...ground, jobs, read, items: () => catalog.all(), shop, onTuned });
  let due: number | null = null;
  const nextDue = async () => {
    if (recommender.learned < fewestLearned) return null;
    const last = (await replays.list('tuning'))[0]?.askedAt;
    return (due ??= nightAfter(last ?? clock.now(), settings.zone));
  };
  const work = async () => {
    const next = await nextDue();
    if (next === null || next > clock.now()) return 0;
    await replays.ask('tuning');
    due = nightAfter(clock.now(), settings.zone);
    return 1;
  };
  return { replays, duty: { name: 'tuning the recommender', work, nextDue } };
}

/** What backtests may try of a shop. */
export function shopToTry({ criteria, rules }: { criteria: Criteria; rules: RuleBook }, zone: string): ShopToTry {
  return { criteria, exclusions: () => rules.definitions.list('exclusion').filter(({ on }) => on), zone };
}

/** The next night that begins after `at`, UTC ms. Pure. */
export function nightAfter(at: number, zone: string): number {
  const tonight = dayStart(at, zone) + nightMs;
  return tonight > at ? tonight : dayStart(at + dayMs, zone) + nightMs;
}
