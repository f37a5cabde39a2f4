import { elapsed, type Clock } from './base/index.ts';
import type { Forms, Outlet, Webhooks } from './api/index.ts';
import type { Auditing } from './auditing.ts';
import type { Catalog } from './catalog/index.ts';
import type { Company } from './company.ts';
import type { EventLog, Folder } from './event/index.ts';
import type { Feeding } from './feeding.ts';
import type { Journeying } from './journeying.ts';
import type { Learning } from './learning.ts';
import type { Measure } from './measure/index.ts';
import type { MailboxStore, Messages } from './message/index.ts';
import type { Erasures, Fact, Profile, Profiles } from './profile/index.ts';
import type { Duty } from './pulse.ts';
import type { Replaying } from './replaying.ts';
import type { Role, Roles } from './role.ts';
import type { Showing } from './showing.ts';
import type { Store, Tx } from './store/index.ts';
import type { Watching } from './watching.ts';

/** What others saved is taken in so often at most, ms of real time. */
const takeInMs = 500;

interface Rooms extends Journeying {
  store: Store;
  clock: Clock;
  company: Company;
  events: EventLog;
  folder: Folder;
  profiles: Profiles;
  catalog: Catalog;
  learning: Learning;
  feeding: Feeding;
  showing: Showing;
  replaying: Replaying;
  erasures: Erasures;
  forms: Forms;
  messages: Messages;
  mailbox: MailboxStore;
  webhooks: Webhooks;
  measure: Measure;
  auditing: Auditing;
  watching: Watching;
  outlet: Outlet;
  /** Templates whose names were known when they were last read. */
  readTemplates: () => Promise<void>;
  /** Whoever listens is told of facts, in the transaction that found them. */
  tell: (tx: Tx, found: { facts: Fact[]; profiles: Map<string, Profile> }) => Promise<void>;
}

/** What comes back again and again in a process with these roles, in this order. */
export function dutiesOf(roles: Roles, rooms: Rooms): Duty[] {
  const { folder, profiles, learning, feeding, showing, erasures, forms, company } = rooms;
  const { runner, lifecycle, calling, measure, messages } = rooms;
  const all: [readonly Role[] | 'all', Duty][] = [
    ['all', { name: 'looking at the journeys', work: takingIn(rooms) }],
    [['journey'], learning.duties.tidy],
    [['recommend', 'studio'], learning.duties.keep],
    [['journey'], { name: 'forgetting what is over its time', work: forgetting(rooms) }],
    [['journey'], { name: 'forgetting sign-ups', work: () => forms.tidy(), nextDue: () => forms.nextDue() }],
    [['journey'], { name: 'folding events', beside: true, work: () => folder.drain() }],
    [['journey'], { name: 'ending visits', work: ending(rooms), nextDue: () => profiles.nextVisitEnd() }],
    [
      ['journey'],
      { name: 'keeping audiences fresh', work: lapsing(rooms), nextDue: () => profiles.audiences.nextDue() },
    ],
    [['journey'], { name: 'waking runs', work: () => runner.wake(), nextDue: () => runner.nextDue() }],
    [['collect', 'recommend'], feeding.pageDuty],
    [['studio'], feeding.duty],
    [['studio'], showing.duty],
    [['journey'], { name: 'adding up reports', work: () => measure.rollUp() }],
    [['journey'], { name: 'reading audiences', work: () => runner.read() }],
    [['journey'], { name: 'stopping and moving runs', work: () => lifecycle.work() }],
    [['journey'], { name: 'calling actions', beside: true, work: () => calling.drain() }],
    [
      ['send'],
      { name: 'sending mail', work: async () => (await messages.work()).done, nextDue: () => messages.nextDue() },
    ],
    [['journey'], { name: 'forgetting people', work: () => erasures.work(), nextDue: () => erasures.nextDue() }],
    [['studio'], company.sole(rooms.replaying.duty)],
    // Who tells the owners must be the one that looked.
    [['journey'], company.sole(rooms.auditing.duty, 'looking')],
    [['journey'], company.sole(rooms.outlet.duty)],
    [['journey'], company.sole(rooms.watching.duty, 'looking')],
  ];
  return all.flatMap(([of, duty]) => (of === 'all' || roles.has(...of) ? [duty] : []));
}

/** Between two looks for what is kept too long, business time. */
const forgetEveryMs = 3_600_000;

/** What may only be kept for a while, and has no due time of its own. */
function forgetting({ clock, messages, mailbox, webhooks }: Rooms): () => Promise<number> {
  let next = -Infinity;
  return async () => {
    const now = clock.now();
    if (now < next) return 0;
    const gone = (await messages.tidy()) + (await mailbox.tidy()) + (await webhooks.tidy());
    if (gone === 0) next = now + forgetEveryMs;
    return gone;
  };
}

/** What other processes saved, into what this one keeps in memory. Alone there is nothing but what changes by itself. */
function takingIn(rooms: Rooms): () => Promise<number> {
  const { journeys, showing, profiles, catalog, events, company, store } = rooms;
  let tookInAt = -Infinity;
  return async () => {
    await journeys.refresh();
    await showing.refresh();
    await profiles.traits.refresh();
    if (!company.isAlone && elapsed() - tookInAt > takeInMs) {
      tookInAt = elapsed();
      await events.open();
      await catalog.reload();
      await rooms.readTemplates();
      await profiles.audiences.current(store);
    }
    return profiles.audiences.tidy();
  };
}

function ending({ store, clock, profiles, tell }: Rooms): () => Promise<number> {
  return async () => {
    const due = await profiles.nextVisitEnd();
    if (due === null || due > clock.now()) return 0;
    return store.inTransaction(async (tx) => {
      const ended = await profiles.endVisits(tx, 200);
      await tell(tx, ended);
      return ended.facts.length;
    });
  };
}

function lapsing({ store, clock, profiles, tell }: Rooms): () => Promise<number> {
  return async () => {
    const due = await profiles.audiences.nextDue();
    if (due === null || due > clock.now()) return 0;
    return store.inTransaction(async (tx) => {
      const lapsed = await profiles.audiences.lapse(tx);
      await tell(tx, lapsed);
      return lapsed.looked;
    });
  };
}
