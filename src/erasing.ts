import type { Forms, House, Webhooks } from './api/index.ts';
import type { Rooms } from './app.ts';
import type { Clock, Ids, Log } from './base/index.ts';
import { identityKey, type EventLog } from './event/index.ts';
import { Jobs } from './job/index.ts';
import type { Runner } from './journey/index.ts';
import type { Measure } from './measure/index.ts';
import type { Messages } from './message/index.ts';
import type { ActivitySeen } from './recommend/index.ts';
import { Erasures, viewOf, type Profile, type Profiles, type Subject } from './profile/index.ts';
import type { Settings } from './settings.ts';
import type { Store, Tx } from './store/index.ts';

/** The rooms that hold something of people. */
interface Holders {
  profiles: Profiles;
  events: EventLog;
  runner: Runner;
  messages: Messages;
  measure: Measure;
  seen: ActivitySeen;
  webhooks: Webhooks;
  forms: Forms;
}

/**
 * Joins the rooms for erasing a person. The ban on the address comes first, so that nothing leaves from the request on;
 * the events come last, when nothing is left that they could be folded into. The recommender knows visits and no people:
 * the feed it learns from loses the profile's id.
 */
export function openErasures(
  ground: { settings: Settings; store: Store; clock: Clock; ids: Ids; log: Log },
  { rooms, settle }: { rooms: () => Holders; settle: () => Promise<void> },
): Erasures {
  const each = (forget: (tx: Tx, profileId: string) => Promise<void>) => async (tx: Tx, subject: Subject) => {
    for (const id of subject.profileIds) await forget(tx, id);
  };
  return new Erasures({
    ...ground,
    jobs: new Jobs({ ...ground, leaseMs: ground.settings.leaseMs }),
    secret: new TextEncoder().encode(ground.settings.secret),
    settle,
    newest: (tx, spans) => rooms().events.newestOf(tx, spans),
    before: [
      { name: 'suppression', forget: (tx, { addresses }) => rooms().messages.neverMail(tx, addresses) },
      { name: 'journey', forget: each((tx, id) => rooms().runner.forget(tx, id)) },
      { name: 'message', forget: each((tx, id) => rooms().messages.forget(tx, id)) },
      {
        name: 'measure',
        forget: async (tx, subject, until) => {
          await rooms().measure.forgetPages(tx, subject.spans, until);
          await each((one, id) => rooms().measure.forget(one, id))(tx, subject);
        },
      },
      { name: 'activity', forget: each((tx, id) => rooms().seen.forget(tx, id)) },
      { name: 'form', forget: (tx, { addresses }) => rooms().forms.forget(tx, addresses) },
      { name: 'webhook', forget: (tx, { visitors }) => rooms().webhooks.forget(tx, visitors) },
    ],
    after: [
      {
        name: 'event',
        forget: (tx, { spans, profileIds, claims }, until) =>
          rooms().events.forget(tx, { spans, profileIds, claims, until }),
      },
    ],
  });
}

/** Everything the installation knows of a person, by room (Art. 15 and 20 GDPR). */
export async function exportPerson(
  { profiles, events, runner, messages, measure, seen, forms, webhooks }: Holders,
  profile: Profile,
  now: number,
): Promise<Record<string, unknown>> {
  const spans = await profiles.visitorsOf(profile.id);
  const names = profile.state.identities.map(identityKey);
  const addresses = names.filter((name) => name.startsWith('email:')).map((name) => name.slice('email:'.length));
  const [stored, log, journeys, mails, measured, looked, signedUp, hooks] = await Promise.all([
    profiles.exportFor(profile.id),
    events.exportFor(spans),
    runner.exportFor(profile.id),
    messages.exportFor(profile.id),
    measure.exportFor(profile.id),
    seen.exportFor(profile.id),
    forms.exportFor(addresses),
    webhooks.exportFor(names),
  ]);
  return {
    exportedAt: new Date(now).toISOString(),
    profile: viewOf(profile, now),
    rooms: {
      profile: stored,
      event: { events: log },
      journey: journeys,
      message: mails,
      measure: measured,
      activity: looked,
      form: signedUp,
      webhook: hooks,
    },
  };
}

/** What the doors may ask about one person's data. */
export function privacyDoor(rooms: Rooms, settle: () => Promise<void>): House['privacy'] {
  const { profiles, erasures, clock, slots } = rooms;
  return {
    story: (profileId) => profiles.storyOf(profileId),
    export: async (profile) => {
      await settle();
      return exportPerson({ ...rooms, ...slots }, profile, clock.now());
    },
    erase: async (profile) => {
      const asked = await erasures.request(profile);
      slots.wake();
      return asked;
    },
    certificate: (id) => erasures.certificate(id),
    unmerge: (profileId, mergeId) => profiles.unmerge(profileId, mergeId),
  };
}
