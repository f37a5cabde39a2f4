import { hostSet, type Clock, type Ids, type Log, type Random } from './base/index.ts';
import { priceOf, type Catalog, type ItemChange } from './catalog/index.ts';
import type { EventLog, ShopEvent } from './event/index.ts';
import { Jobs } from './job/index.ts';
import {
  Calling,
  Journeys,
  Lifecycle,
  missingHere,
  Runner,
  Secrets,
  type Caller,
  type JourneyDefinition,
  type UpdateProfile,
} from './journey/index.ts';
import type { Measure } from './measure/index.ts';
import type { Messages } from './message/index.ts';
import type { Profiles } from './profile/index.ts';
import type { Settings } from './settings.ts';
import type { Showing } from './showing.ts';
import type { Store } from './store/index.ts';

/** Journeys over the rooms that they ask and order from. */
export interface Journeying {
  journeys: Journeys;
  runner: Runner;
  lifecycle: Lifecycle;
  secrets: Secrets;
  calling: Calling;
}

interface Ground {
  settings: Settings;
  store: Store;
  clock: Clock;
  random: Random;
  ids: Ids;
  log: Log;
}

/** Filled while the rooms are joined, and used only when something happens. */
interface Slots {
  messages: Messages;
  measure: Measure;
  callOwn: Caller;
  callOutside: Caller;
  wake: () => void;
}

/** Joins the journeys: what they order goes to the ledger, what they write goes to the log. */
export function openJourneying(
  ground: Ground,
  parts: {
    profiles: Profiles;
    events: EventLog;
    catalog: Catalog;
    showing: Showing;
    templates: { keys: ReadonlySet<string> };
    slots: Slots;
  },
): Journeying {
  const { store, clock, settings } = ground;
  const { profiles, events, catalog, templates, slots } = parts;
  const secrets = new Secrets({ ...ground, secret: new TextEncoder().encode(settings.secret) });
  const allowed = hostSet(settings.allowedHosts);
  const senders = async () => (await slots.messages.senders.brands()).keys();
  const classes = async (keys: readonly string[]) => {
    const found = await slots.messages.templates.compiled(keys);
    return new Map([...found].map(([key, template]) => [key, template.class]));
  };
  const journeys = new Journeys({
    store,
    clock,
    missing: (definition) => missingHere(definition, { secrets, allowed, senders, classes }),
    zone: settings.zone,
    templates: () => templates.keys,
    audiences: () => profiles.audiences.keys,
  });
  parts.showing.criteria.onRemove((key) => journeysWith(key, journeys));
  const runner = new Runner({
    ...ground,
    profiles,
    journeys,
    jobs: new Jobs({ ...ground, leaseMs: settings.leaseMs }),
    callOwn: (request) => slots.callOwn(request),
    callOutside: (request) => slots.callOutside(request),
    secrets,
    plan: (tx, orders) => slots.messages.planAll(tx, orders),
    cancel: (tx, runId, reason) => slots.messages.cancel(tx, runId, reason),
    update: (tx, update) => events.append(tx, [written(update)]),
    onWork: () => slots.wake(),
    onExperiment: (tx, units) =>
      slots.measure.assign(
        tx,
        units.map(({ journey, activity, path: arm, ...unit }) => ({ ...unit, arm, journey: `${journey}/${activity}` })),
      ),
  });
  const calling = new Calling({
    ...ground,
    begin: () => runner.beginActing(),
    nextDue: () => runner.nextCall(),
  });
  catalog.onChanges((tx, changes) => {
    const items = changes.map((change) => changedItem(change, catalog));
    const id = `item.changed:${ground.ids.next()}`;
    return runner.happened(tx, [{ name: 'item.changed', id, at: clock.now(), data: {}, items }]);
  });
  return { journeys, runner, lifecycle: new Lifecycle({ store, clock, journeys, runner }), secrets, calling };
}

/** What an update activity writes, as an event of our own: so it is in the log, and a rebuild finds it again. */
function written({ id, profileId, at, attributes }: Parameters<UpdateProfile>[1]): ShopEvent {
  return {
    id,
    source: 'journey',
    types: ['profile.asserted'],
    happenedAt: at,
    receivedAt: at,
    level: 3,
    visitor: `profile:${profileId}`,
    identities: [{ namespace: 'profile', id: profileId }],
    attributes,
  };
}

/** A change of an item as journeys see it, with how the item stood before it; money in major units. */
function changedItem({ id, field, before, after }: ItemChange, catalog: Catalog): Record<string, unknown> {
  const item = catalog.get(id);
  return {
    id,
    field,
    before,
    after,
    name: item?.name ?? id,
    price: field === 'price' ? after : item ? priceOf(item) : null,
    stock: field === 'stock' ? after : (item?.stock ?? null),
    currency: item?.currency ?? null,
    categories: item?.categories ?? [],
  };
}

/** Journeys that ask by a criterion, as drafts or published, in words. */
function journeysWith(criterion: string, journeys: Journeys): string[] {
  return journeys.list().flatMap(({ key, version, draft }) => {
    const kept = [draft, journeys.version(key, version)];
    return kept.some((definition) => definition && asksBy(criterion, definition)) ? [`the journey "${key}"`] : [];
  });
}

function asksBy(criterion: string, { activities }: JourneyDefinition): boolean {
  return Object.values(activities).some(
    (one) => one.kind === 'action' && isNamed(criterion, (one as { body?: unknown }).body),
  );
}

/** Does a body name it as its criterion, at any depth: our own form, or Target's parameters? */
function isNamed(criterion: string, part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  return Object.entries(part).some(
    ([name, value]) => (name === 'criterion' && value === criterion) || isNamed(criterion, value),
  );
}
