import { Type, type TSchema } from 'typebox';
import { normalIdentity } from '../event/index.ts';
import type { DesignDefinition } from '../recommend/index.ts';
import { compileDesign } from '../recommend/index.ts';
import { DesignCheck, DesignInput, DesignPreviewInput, DesignView, VersionList } from './contract-design.ts';
import type { Door } from './door.ts';
import type { House, Person, RecommendRequest } from './house.ts';
import { keyOf, versionView } from './admin-activity.ts';
import { findProfile, personIfAllowed } from './person.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;
const tags = 'html, json or any other text that items are shown as';

/** Doors of designs (recommendations DES-1…9). */
export function designDoors(make: Make, house: House): void {
  const { designs } = house;
  make({
    method: 'GET',
    path: '/designs',
    scope: 'read',
    summary: `The designs: ${tags}.`,
    answer: Type.Object({ designs: Type.Array(DesignView) }),
    work: async () => ({ designs: designs.list().map(viewOf) }),
  });
  make({
    method: 'GET',
    path: '/designs/:key',
    scope: 'read',
    summary: 'One design.',
    answer: DesignView,
    work: async (call) => viewOf(designs.get(call.part('key'))),
  });
  make({
    method: 'PUT',
    path: '/designs/:key',
    scope: 'items',
    summary: 'Save a design; it holds from the next request on. One that fails with sample items is refused.',
    body: DesignInput,
    answer: DesignView,
    work: async (call) => viewOf(await designs.put({ ...call.body, key: keyOf(call.part('key')) })),
  });
  make({
    method: 'DELETE',
    path: '/designs/:key',
    scope: 'items',
    summary: 'Remove a design that nothing uses.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await designs.remove(call.part('key'));
      return { removed: true };
    },
  });
  make({
    method: 'GET',
    path: '/designs/:key/versions',
    scope: 'read',
    summary: 'Earlier texts of a design, newest first.',
    answer: VersionList,
    work: async (call) => ({ versions: (await designs.history(call.part('key'))).map(versionView) }),
  });
  tryDoors(make, house);
}

function tryDoors(make: Make, house: House): void {
  make({
    method: 'POST',
    path: '/designs/validate',
    scope: 'read',
    summary: 'Try a design with sample items, without saving it.',
    body: DesignInput,
    answer: DesignCheck,
    work: async (call) => house.designs.validate({ ...call.body, key: 'draft' }),
  });
  make({
    method: 'POST',
    path: '/designs/:key/preview',
    scope: 'recommend',
    looks: true,
    summary: 'A design made from real items, by a criterion, for somebody or nobody.',
    body: DesignPreviewInput,
    answer: Type.Object({ type: Type.String(), content: Type.Unknown(), status: Type.String(), count: Type.Integer() }),
    work: async (call) => preview(call.part('key'), call.body, house),
  });
}

async function preview(key: string, body: Type.Static<typeof DesignPreviewInput>, house: House): Promise<object> {
  const { criterion, cart, item, draft } = body;
  const drafted = draft ? compileDesign({ ...draft, key } satisfies DesignDefinition) : null;
  const request: RecommendRequest = { criterion, limit: drafted?.slots ?? house.designs.slotsOf(key) };
  if (cart !== undefined) request.cart = cart;
  if (item !== undefined) request.item = item;
  const answer = house.recommend.answer(request, await personOf(body, house));
  const made = house.designs.render(key, answer, { draft: drafted });
  return { ...made, status: answer.status, count: answer.count };
}

async function personOf(
  { profileId, identities = {} }: Type.Static<typeof DesignPreviewInput>,
  house: House,
): Promise<Person | null> {
  const names = profileId === undefined ? Object.entries(identities) : [['profileid', profileId] as const];
  for (const [namespace, id] of names) {
    const profile = await findProfile(normalIdentity(namespace, id), house);
    if (profile) return personIfAllowed(profile, house);
  }
  return null;
}

function viewOf(design: ReturnType<House['designs']['get']>): object {
  return { ...design, savedAt: new Date(design.savedAt).toISOString() };
}
