import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { inEnvironment } from '../catalog/index.ts';
import { EntitiesInput, EntitiesReport, EntityView, SearchInput, SearchView } from './contract-target-recs.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { CatalogDoor, House } from './house.ts';
import { entityOf, hitOf, idsFrom, itemFrom, reportOf } from './target-recs-entity.ts';
import { search, searchFor } from './target-recs-search.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** What Target takes of entities in one body, octets (LIM-2). */
const fiftyMebibytes = 50 * 1024 * 1024;
const longestIds = 12_000;
const removedAtOnce = 5000;
const environmentName = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;

/** Entities and the catalogue search of Target's admin API (recommendations §3.1). */
export function recsCatalogDoors(make: Make, house: House): void {
  const { catalog } = house;
  if (catalog === null) return;
  make({
    method: 'POST',
    path: '/entities',
    scope: 'items',
    status: 201,
    summary: 'Write items: what is not sent stays, null clears, bad rows are refused alone. At most 10,000 at a time.',
    body: EntitiesInput,
    limit: fiftyMebibytes,
    answer: EntitiesReport,
    work: async ({ body }) => {
      const { kept, refused } = await catalog.upsert(body.entities.map((one, i) => itemFrom(one, i + 1)));
      return reportOf(kept, refused);
    },
  });
  make({
    method: 'GET',
    path: '/entities/:id',
    scope: 'read',
    summary: 'Read an item.',
    query: { environmentId: 'As this environment sees it; left out: the usual one' },
    answer: EntityView,
    work: async (call) => entity(call, catalog),
  });
  make({
    method: 'DELETE',
    path: '/entities',
    scope: 'items',
    summary: 'Take items away; without ids all of them, which all=true has to confirm.',
    query: {
      ids: 'Ids between commas',
      environment: 'Only from this environment; left out: everywhere',
      all: 'true: all items are meant',
    },
    answer: Type.Object({ operation: Type.String() }),
    work: async (call) => {
      const ids = call.has('ids') ? idsFrom(call.query('ids', longestIds)) : everything(call, catalog);
      await takeAway(ids, environmentOf(call, 'environment'), catalog);
      return { operation: call.has('ids') ? 'deleted by ids' : 'Delete by client requested.' };
    },
  });
  make({
    method: 'POST',
    path: '/catalogsearch',
    scope: 'read',
    summary: 'Items for which a query holds, by id.',
    body: SearchInput,
    answer: SearchView,
    work: ({ body }) => found(body, catalog, house),
  });
}

async function entity(call: Call<unknown>, catalog: CatalogDoor): Promise<EntityView> {
  const id = call.part('id');
  const environment = environmentOf(call, 'environmentId');
  // As it was sent: with the address of its picture as it is kept.
  const whole = catalog.whole(id);
  const item = whole && inEnvironment(whole, environment ?? catalog.settings.environment);
  if (item === undefined) throw new BeckonError(errors.API_NOT_FOUND, `There is no item "${id.slice(0, 80)}"`);
  return entityOf(item, { environment, createdAt: await catalog.createdAt(id) });
}

/** The number of an environment is its name here. */
function environmentOf(call: Pick<Call<unknown>, 'query' | 'has'>, name: string): string | undefined {
  return call.has(name) ? environmentNamed(call.query(name, 64), name) : undefined;
}

function environmentNamed(given: string | undefined, where: string): string {
  if (given !== undefined && environmentName.test(given)) return given;
  throw new BeckonError(errors.API_INPUT_INVALID, `${JSON.stringify(given ?? '')} is not an environment`, { where });
}

/** @throws TARGET_ALL_UNCONFIRMED */
function everything(call: Pick<Call<unknown>, 'query'>, catalog: CatalogDoor): string[] {
  if (call.query('all') === 'true') return [...catalog.ids()];
  throw new BeckonError(
    errors.TARGET_ALL_UNCONFIRMED,
    'Without ids this would take away every item; nothing was taken',
  );
}

/** From the catalogue as a whole, or out of one environment, where it is then not sold. */
async function takeAway(ids: readonly string[], environment: string | undefined, catalog: CatalogDoor): Promise<void> {
  for (let at = 0; at < ids.length; at += removedAtOnce) {
    const some = ids.slice(at, at + removedAtOnce);
    if (environment === undefined) await catalog.remove(some);
    else {
      const sold = some.filter((id) => catalog.shelf(environment).get(id) !== undefined);
      await catalog.upsert(sold.map((id) => ({ id, environments: { [environment]: { sold: false } } })));
    }
  }
}

async function found({ meta = {}, query }: SearchInput, catalog: CatalogDoor, house: House): Promise<object> {
  const began = house.clock.real();
  const { environmentId, limit = 10, start = 1, displayFields = ['id'] } = meta;
  const environment =
    environmentId === undefined ? null : environmentNamed(String(environmentId), 'meta.environmentId');
  const matches = searchFor(query);
  const items = await search(catalog.shelf(environment), matches, { from: Math.max(0, start - 1), limit });
  const hits = items.map((item) => hitOf(item, displayFields));
  return { timeMs: Math.max(0, Math.round(house.clock.real() - began)), hits, start };
}
