import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { normalIdentity } from '../event/index.ts';
import type { Profile } from '../profile/index.ts';
import { PersonRow, ProfileDetail, TimelineEntry } from './contract.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { findProfile, isOwnNamespace } from './person.ts';
import { profileDetail } from './profile-view.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to people: search, one profile, its timeline. */
export function peopleDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/people',
    scope: 'people',
    summary: 'Find people by name, address or identity; the latest seen first.',
    query: { q: 'What to look for; empty lists the latest', limit: '1 to 200, default 50' },
    answer: Type.Object({
      people: Type.Array(PersonRow),
      left: Type.Integer({ description: 'How many more fit' }),
      more: Type.Boolean({ description: 'Even more than that fit: they were not counted' }),
    }),
    work: (call) => house.people.search(call.query('q') ?? '', wholeOf(call.query('limit'), 50, 200)),
  });
  make({
    method: 'GET',
    path: '/profiles/:name',
    scope: 'people',
    summary: 'One profile by {namespace}:{id}; namespace "id" takes the profile id.',
    answer: ProfileDetail,
    work: async (call) => {
      const profile = await profileNamed(call.part('name'), house);
      const story = await house.privacy.story(profile.id);
      return profileDetail(profile, story, { items: house.items, now: house.clock.now() });
    },
  });
  make({
    method: 'GET',
    path: '/profiles/:name/timeline',
    scope: 'people',
    summary: 'All that happened with one person, newest first.',
    query: { before: 'Entries older than this ISO time', limit: '1 to 500, default 200' },
    answer: Type.Object({ entries: Type.Array(TimelineEntry) }),
    work: async (call) => {
      const profile = await profileNamed(call.part('name'), house);
      const page = { before: timeOf(call.query('before')), limit: wholeOf(call.query('limit'), 200, 500) };
      return { entries: await house.people.timeline(profile.id, page) };
    },
  });
}

/** `email:ada@example.com`, `ECID:…`, `id:<profile id>` → the profile. */
export async function profileNamed(name: string, house: House): Promise<Profile> {
  const split = name.indexOf(':');
  const [namespace, id] = [name.slice(0, split), name.slice(split + 1)];
  if (split < 1 || id === '') {
    throw new BeckonError(errors.API_INPUT_INVALID, `"${name}" is not of the form namespace:id`, { where: 'name' });
  }
  const identity = normalIdentity(namespace, id);
  const profile = isOwnNamespace(identity.namespace)
    ? await findProfile(identity, house)
    : await house.profiles.find(identity, 'folded');
  if (profile && profile.id !== '') return profile;
  throw new BeckonError(errors.API_NOT_FOUND, `There is no profile "${name}"`, {
    mend: 'Search with GET /v1/people?q=',
  });
}

function wholeOf(text: string | undefined, usual: number, most: number): number {
  if (text === undefined) return usual;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new BeckonError(errors.API_INPUT_INVALID, `limit "${text}" is not a whole number from 1 to ${most}`, {
    where: 'limit',
  });
}

function timeOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new BeckonError(errors.API_INPUT_INVALID, `before "${text}" is not an ISO 8601 time`, { where: 'before' });
}
