import { Type, type TSchema } from 'typebox';
import { BeckonError, isUuid } from '../base/index.ts';
import type { Certificate } from '../profile/index.ts';
import { profileNamed } from './admin-people.ts';
import { CertificateView, PersonExport, TraitInput, TraitView, UnmergeInput, UnmergeView } from './contract-person.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const iso = (at: number) => new Date(at).toISOString();

/** Doors by which a person is exported, forgotten, or parted from another; and the computed traits. */
export function privacyDoors(make: Make, house: House): void {
  make({
    method: 'POST',
    path: '/profiles/:name/export',
    scope: 'privacy',
    summary: 'Everything known of one person, by room.',
    answer: PersonExport,
    work: async (call) => house.privacy.export(await profileNamed(call.part('name'), house)),
  });
  make({
    method: 'POST',
    path: '/profiles/:name/erase',
    scope: 'privacy',
    summary: 'Forget one person, in every room. It is done in the background; the certificate tells how far it is.',
    answer: CertificateView,
    work: async (call) => certificateView(await house.privacy.erase(await profileNamed(call.part('name'), house))),
  });
  make({
    method: 'GET',
    path: '/erasures/:id',
    scope: 'privacy',
    summary: 'The certificate of an erasure.',
    answer: CertificateView,
    work: async (call) => {
      const id = call.part('id');
      const found = isUuid(id) ? await house.privacy.certificate(id) : null;
      if (found) return certificateView(found);
      throw new BeckonError(errors.API_NOT_FOUND, `There is no erasure "${id}"`);
    },
  });
  make({
    method: 'POST',
    path: '/profiles/:name/unmerge',
    scope: 'privacy',
    summary: 'Undo a merge, named by its id: both people live again with what is their own.',
    body: UnmergeInput,
    answer: UnmergeView,
    work: async (call) => {
      const profile = await profileNamed(call.part('name'), house);
      return house.privacy.unmerge(profile.id, call.body.merge);
    },
  });
  traitDoors(make, house);
}

function certificateView({ requestedAt, doneAt, steps, ...rest }: Certificate): CertificateView {
  return {
    ...rest,
    requestedAt: iso(requestedAt),
    doneAt: doneAt === null ? null : iso(doneAt),
    steps: steps.map(({ room, at }) => ({ room, at: iso(at) })),
  };
}

function traitDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/traits',
    scope: 'journeys',
    summary: 'The computed traits.',
    answer: Type.Object({ traits: Type.Array(TraitView) }),
    work: async () => ({ traits: house.traits.list() }),
  });
  make({
    method: 'PUT',
    path: '/traits/:key',
    scope: 'journeys',
    summary:
      'Define a computed trait. It counts what happens from now on; expressions read it as profile.traits.{key}.',
    body: TraitInput,
    answer: TraitView,
    work: (call) => {
      const key = call.part('key');
      return house.traits.put({ ...call.body, key, name: call.body.name ?? key });
    },
  });
  make({
    method: 'DELETE',
    path: '/traits/:key',
    scope: 'journeys',
    summary: 'Remove a computed trait.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => ({ removed: await house.traits.remove(call.part('key')) }),
  });
}
