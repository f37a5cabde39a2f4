import type { Readiness } from './api/index.ts';
import type { Clock, Ids, Log } from './base/index.ts';
import { Tidy, type EventLog, type ForgetLesson } from './event/index.ts';
import type { Catalog, RuleBook } from './catalog/index.ts';
import type { Lesson, Profiles } from './profile/index.ts';
import type { Duty } from './pulse.ts';
import { Describer, Follower, ItemLearner, Recommender, Retirer, Snapshots } from './recommend/index.ts';
import type { Showing } from './showing.ts';
import type { Store } from './store/index.ts';

/** How the recommender learns in this process: from the last snapshot and the feed, for as long as it runs. */
export interface Learning {
  follower: Follower;
  snapshots: Snapshots;
  /** Keeping the log in bounds, which any process may do, and keeping what this one learned. */
  duties: { tidy: Duty; keep: Duty };
  /** Learns to the end what is otherwise learned beside everything, a little at a time: for whoever moves time. */
  study(): Promise<void>;
  /** How far this process has come. */
  standing(): Readiness;
  stop(): Promise<void>;
}

/** The recommender over the catalogue, its rules, criteria and lists; profiles teach what criteria ask for. */
export function openRecommender(
  ground: { clock: Clock; ids: Ids },
  { catalog, rules, showing, profiles }: { catalog: Catalog; rules: RuleBook; showing: Showing; profiles: Profiles },
): Recommender {
  const { criteria, customLists } = showing;
  profiles.whileTeaching(() => ({
    taught: [...new Set(criteria.visitorLists.flat())],
    taughtEvents: criteria.eventTypes,
  }));
  return new Recommender({
    ...ground,
    catalog,
    rules,
    criteria,
    visitorsBy: () => criteria.visitorLists,
    customList: (list, key) => customLists.find(list, key).items,
  });
}

/** Joins the log and the recommender; nothing runs before `follower.start` or `catchUp`. */
export function openLearning(
  ground: { store: Store; clock: Clock; ids: Ids; log: Log },
  { events, catalog, recommender }: { events: EventLog; catalog: Catalog; recommender: Recommender },
): Learning {
  const { clock, log } = ground;
  const engine = () => recommender.engine;
  const snapshots = new Snapshots({ ...ground, engine, reach: () => events.feedReach() });
  const follower = new Follower({
    read: (cursors) => events.readFeed<Lesson | ForgetLesson>(cursors),
    recommender,
    log,
    begin: () => snapshots.load(),
  });
  recommender.lagMs = () => follower.lagMs;
  const items = new ItemLearner({ engine, clock, log });
  const contents = new Describer({ engine, shelf: catalog, log });
  recommender.isDescribed = () => contents.isWhole;
  const retirer = new Retirer({ engine, clock, log });
  const keep = async () => {
    snapshots.look(follower);
    if (follower.isCaughtUp) {
      items.look();
      contents.look();
      retirer.look(follower);
    }
    return 0;
  };
  // Old rows of the feed go up to where a snapshot holds what they taught; without one, they stay.
  const tidy = new Tidy({ ...ground, held: async () => (await snapshots.held()) ?? new Map() });
  return {
    follower,
    snapshots,
    duties: {
      tidy: { name: 'keeping the log in bounds', work: () => tidy.work() },
      keep: { name: 'keeping what was learned', work: keep },
    },
    async study() {
      items.look(0);
      contents.look();
      await Promise.all([items.settled(), contents.settled()]);
    },
    standing: () => {
      const { isCaughtUp, lagMs } = follower;
      const { learned, described } = recommender;
      return { ready: isCaughtUp, learned, lagMs: lagMs === null ? null : Math.round(lagMs), described };
    },
    async stop() {
      follower.stop();
      items.stop();
      contents.stop();
      retirer.stop();
      await snapshots.stop();
    },
  };
}
