import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { experiencesOf, previewToken } from '../recommend/index.ts';
import { ActivityInput, ActivityNumbers, ActivityView, OfferInput, OfferView, VersionList } from './contract-design.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const dayMs = 86_400_000;
const removed = Type.Object({ removed: Type.Boolean() });

/** Doors of activities (recommendations ACT-1…9). */
export function activityDoors(make: Make, house: House): void {
  const { activities } = house;
  make({
    method: 'GET',
    path: '/activities',
    scope: 'read',
    summary: 'What places show, to whom.',
    answer: Type.Object({ activities: Type.Array(ActivityView) }),
    work: async () => ({ activities: activities.list() }),
  });
  make({
    method: 'GET',
    path: '/activities/:key',
    scope: 'read',
    summary: 'One activity: what is published, and what is being prepared.',
    answer: ActivityView,
    work: async (call) => activities.get(call.part('key')),
  });
  make({
    method: 'PUT',
    path: '/activities/:key',
    scope: 'items',
    summary: 'Save a draft; it answers once it is published.',
    body: ActivityInput,
    answer: ActivityView,
    work: async (call) => activities.put({ ...call.body, key: keyOf(call.part('key')) }),
  });
  for (const act of ['publish', 'pause'] as const) {
    make({
      method: 'POST',
      path: `/activities/:key/${act}`,
      scope: 'items',
      summary:
        act === 'publish'
          ? 'The draft answers from the next request on.'
          : 'It answers no more until it is published again.',
      answer: ActivityView,
      work: async (call) => activities[act](call.part('key')),
    });
  }
  make({
    method: 'DELETE',
    path: '/activities/:key',
    scope: 'items',
    summary: 'End an activity for good.',
    answer: removed,
    work: async (call) => {
      await activities.remove(call.part('key'));
      return { removed: true };
    },
  });
  make({
    method: 'GET',
    path: '/activities/:key/versions',
    scope: 'read',
    summary: 'Earlier versions, newest first.',
    answer: VersionList,
    work: async (call) => ({ versions: (await activities.history(call.part('key'))).map(versionView) }),
  });
  make({
    method: 'GET',
    path: '/activities/:key/numbers',
    scope: 'read',
    summary: 'Impressions, clicks, and orders after a click, by experience.',
    answer: ActivityNumbers,
    work: async (call) => ({ experiences: await activities.numbers(activities.get(call.part('key')).key) }),
  });
  previewDoor(make, house);
}

function previewDoor(make: Make, house: House): void {
  make({
    method: 'POST',
    path: '/activities/:key/preview-token',
    scope: 'items',
    summary:
      'A token that shows the activity, drafts too, to whoever sends it as preview.token or qaMode.token; for 7 days.',
    body: Type.Object({ experience: Type.Optional(Type.String({ maxLength: 128 })) }, { additionalProperties: false }),
    answer: Type.Object({ token: Type.String(), until: Type.String() }),
    work: async (call) => {
      const { key, draft, published } = house.activities.get(call.part('key'));
      const { experience = null } = call.body;
      const known = experiencesOf((draft ?? published)!).map((one) => one.key);
      if (experience !== null && !known.includes(experience)) {
        const sentence = `"${key}" has no experience "${experience}"; there are ${known.join(', ')}`;
        throw new BeckonError(errors.API_INPUT_INVALID, sentence, { where: 'experience' });
      }
      const until = house.clock.now() + 7 * dayMs;
      const token = previewToken(house.settings.secret, { activity: key, experience, until });
      return { token, until: new Date(until).toISOString() };
    },
  });
}

/** Doors of the library of offers (recommendations ACT-3). */
export function offerDoors(make: Make, house: House): void {
  const { activities } = house;
  make({
    method: 'GET',
    path: '/offers',
    scope: 'read',
    summary: 'Offers that experiences of activities may show.',
    answer: Type.Object({ offers: Type.Array(OfferView) }),
    work: async () => ({ offers: activities.offers() }),
  });
  make({
    method: 'GET',
    path: '/offers/:key',
    scope: 'read',
    summary: 'One offer.',
    answer: OfferView,
    work: async (call) => activities.offer(call.part('key')),
  });
  make({
    method: 'PUT',
    path: '/offers/:key',
    scope: 'items',
    summary: 'Save an offer; activities that show it do so from the next request on.',
    body: OfferInput,
    answer: OfferView,
    work: async (call) => activities.putOffer({ ...call.body, key: keyOf(call.part('key')) }),
  });
  make({
    method: 'DELETE',
    path: '/offers/:key',
    scope: 'items',
    summary: 'Remove an offer that no activity shows.',
    answer: removed,
    work: async (call) => {
      await activities.removeOffer(call.part('key'));
      return { removed: true };
    },
  });
}

/** A key as it stands in an address. @throws API_INPUT_INVALID */
export function keyOf(key: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(key)) return key;
  throw new BeckonError(errors.API_INPUT_INVALID, `"${key}" cannot be a key: up to 128 letters, digits, _ and -`, {
    where: 'key',
  });
}

/** A version as it is listed. */
export function versionView(one: { version: number; state: string; savedAt: number; body: unknown }): object {
  return { ...one, savedAt: new Date(one.savedAt).toISOString() };
}
