import type { House, JourneyDetail, JourneyRow, JourneyVersion, PersonHere, StuckList } from './api/index.ts';
import type { Rooms } from './app.ts';
import { toMajor } from './base/index.ts';
import { dayStart } from './day.ts';
import {
  countActivities,
  countRuns,
  differencesOf,
  fieldsSeen,
  peopleInside,
  revisionOf,
  storyOf,
  type JourneyDefinition,
} from './journey/index.ts';
import { labelOf } from './person-label.ts';
import type { Simulated } from './simulating.ts';
import { threadOf } from './simulation-door.ts';

const iso = (at: number) => new Date(at).toISOString();

/** Doors to the journeys of these rooms; `settle` waits until what was acknowledged has taken effect. */
export function journeyDoor(rooms: Rooms, settle: () => Promise<void>): House['journeys'] {
  const { journeys, measure, lifecycle, runner } = rooms;
  const detail = async (row: Promise<{ key: string }>) => journeyDetail(rooms, (await row).key);
  const known = (key: string) => journeys.list().some((row) => row.key === key);
  return {
    list: () => Promise.all(journeys.list().map(({ key }) => journeyRow(rooms, key))),
    get: async (key) => (known(key) ? journeyDetail(rooms, key) : null),
    check: (definition) => journeys.check(definition),
    put: (definition, revision) => detail(journeys.put(definition, revision)),
    publish: (key, revision) => detail(journeys.publish(key, revision)),
    pause: (key) => detail(lifecycle.pause(key)),
    resume: (key, how) => detail(lifecycle.resume(key, how)),
    close: (key) => detail(lifecycle.close(key)),
    stop: (key) => detail(lifecycle.stop(key)),
    versions: async (key) =>
      (await journeys.versionsInside(key)).map((row) => ({ ...row, publishedAt: iso(row.publishedAt) })),
    version: async (key, version) => versionOf(journeys, key, version),
    rollback: (key, version) => detail(lifecycle.rollback(key, version)),
    migration: (key, map) => lifecycle.migration(key, map),
    migrate: (key, map) => detail(lifecycle.migrate(key, map)),
    tell: (story, given) => tellHere(rooms, story, given),
    happened: ({ type: name, ...event }) =>
      rooms.store.inTransaction((tx) => runner.happened(tx, [{ ...event, name, id: `${name}:${event.id}` }])),
    stuck: (key, limit) => stuckHere(rooms, key, limit),
    move: async (key, runIds, how) => {
      journeys.get(key);
      const by = 'somebody of the shop';
      return runner.change(runIds, (run) => {
        if (run.journey !== key) return null;
        return how === 'exit' ? { end: `Taken out by ${by}` } : { kind: 'moved', how, by };
      });
    },
    report: async (key, span) => {
      await settle();
      return measure.report(key, span);
    },
    funnel: async (key, query) => {
      await settle();
      return known(key) ? measure.funnel(key, query) : null;
    },
    sums: async (key, span) => {
      await settle();
      return known(key) ? measure.sums(key, span) : null;
    },
    people: (key, activity) => peopleHere(rooms, key, activity),
    fields: (key) => fieldsSeen(rooms.store, key),
  };
}

/** What a version says, and what it changes of the one published last. */
function versionOf(journeys: Rooms['journeys'], key: string, version: number | 'draft'): JourneyVersion | null {
  const row = journeys.get(key);
  const definition = version === 'draft' ? row.draft : journeys.version(key, version);
  if (!definition) return null;
  const live = journeys.version(key, row.version) ?? null;
  type Document = Record<string, unknown>;
  return {
    definition: definition as unknown as Document,
    live: live as unknown as Document | null,
    differences: live === null ? [] : differencesOf(live, definition),
  };
}

/** Only one story is told at a time: it is work for the whole engine. */
let telling: Promise<unknown> = Promise.resolve();

async function tellHere(rooms: Rooms, given: unknown, documents: readonly unknown[] | null): Promise<Simulated> {
  const { journeys } = rooms;
  const story = storyOf(given);
  const told = documents ?? (story.journeys ?? []).map((key) => journeys.get(key).draft);
  const simulator = await threadOf(rooms);
  const turn = telling.catch(() => {}).then(() => simulator.tell(story, told as JourneyDefinition[]));
  telling = turn;
  return turn;
}

async function journeyRow(rooms: Rooms, key: string): Promise<JourneyRow> {
  const { journeys, measure, store, messages } = rooms;
  const row = journeys.get(key);
  const definition = journeys.version(key, row.version) ?? row.draft;
  const [runs, sent, credited] = await Promise.all([
    countRuns(store, key),
    messages.counts.of(key),
    measure.creditedByJourney(),
  ]);
  const mine = credited.filter(({ journey }) => journey === key);
  return {
    key,
    name: definition.name,
    description: definition.description ?? '',
    status: row.status,
    version: row.version,
    active: runs.active,
    entered: runs.entered,
    ended: runs.ended,
    sent: sent.byState['accepted'] ?? 0,
    heldOut: sent.heldOut,
    orders: mine.reduce((sum, { orders }) => sum + orders, 0),
    revenue: mine.map(({ minor, currency }) => ({ amount: toMajor(minor, currency), currency })),
  };
}

async function journeyDetail({ journeys, store, clock }: Rooms, key: string): Promise<JourneyDetail> {
  const row = journeys.get(key);
  const definition = row.status === 'draft' ? row.draft : (journeys.version(key, row.version) ?? row.draft);
  return {
    key,
    status: row.status,
    version: row.version,
    publishedAt: row.publishedAt === null ? null : iso(row.publishedAt),
    pausedAt: row.pausedAt === null ? null : iso(row.pausedAt),
    versions: journeys.versionsOf(key),
    definition: definition as unknown as Record<string, unknown>,
    draft: revisionOf(row.draft) === revisionOf(definition) ? null : (row.draft as unknown as Record<string, unknown>),
    revision: revisionOf(row.draft),
    counts: await countActivities(store, key, dayStart(clock.now(), journeys.zone)),
  };
}

async function peopleHere(rooms: Rooms, key: string, activity: string | null): Promise<PersonHere[]> {
  const inside = await peopleInside(rooms.store, key, { limit: 200, ...(activity === null ? {} : { activity }) });
  const label = await labels(
    rooms,
    inside.map(({ profileId }) => profileId),
  );
  return inside.map((one) => ({
    profileId: one.profileId,
    label: label(one.profileId),
    activity: one.activity,
    since: iso(one.since),
    due: one.due === null ? null : iso(one.due),
  }));
}

async function stuckHere(rooms: Rooms, key: string | null, limit: number): Promise<StuckList> {
  if (key !== null) rooms.journeys.get(key);
  const { runs, total } = await rooms.runner.stuck(key, limit);
  const label = await labels(
    rooms,
    runs.map(({ profileId }) => profileId),
  );
  return { stuck: runs.map((run) => ({ ...run, label: label(run.profileId), since: iso(run.since) })), total };
}

/** How these people are named. */
async function labels({ profiles }: Rooms, ids: readonly string[]): Promise<(id: string) => string> {
  const found = await Promise.all([...new Set(ids)].map((id) => profiles.get(id)));
  const known = new Map(found.flatMap((profile) => (profile ? [[profile.id, profile]] : [])));
  return (id) => labelOf(known.get(id));
}
