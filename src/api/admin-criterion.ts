import { Type, type TSchema } from 'typebox';
import {
  contentOf,
  needsOf,
  readinessOf,
  titleOf,
  type CriterionContent,
  type CriterionDefinition,
  type Grounds,
} from '../recommend/index.ts';
import { assertNeeds, personOfRequest, questionOf } from './admin-recommend.ts';
import { writerOf } from './admin-rule.ts';
import { RecommendationAnswer, RecommendationRequest } from './contract.ts';
import { CriterionInput, CriterionVersions, CriterionView } from './contract-criterion.ts';
import type { Door } from './door.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const { criterion: _criterion, reasons: _reasons, ...asking } = RecommendationRequest.properties;
const PreviewRequest = Type.Object({ criterion: CriterionInput, ...asking }, { additionalProperties: false });

const iso = (at: number) => (at === 0 ? null : new Date(at).toISOString());

/** Doors to criteria: kept, tried, and what they said before. */
export function criterionDoors(make: Make, house: House): void {
  const { criteria } = house;
  const view = (definition: CriterionDefinition) => viewOf(definition, groundsOf(house));
  make({
    method: 'GET',
    path: '/criteria',
    scope: 'read',
    summary: 'The criteria that can be asked for: those that come with Beckon, and the shop’s own.',
    answer: Type.Object({ criteria: Type.Array(CriterionView) }),
    work: async () => {
      const grounds = groundsOf(house);
      return { criteria: criteria.list().map((one) => viewOf(one, grounds)) };
    },
  });
  make({
    method: 'GET',
    path: '/criteria/:key',
    scope: 'read',
    summary: 'One criterion, by key or number.',
    answer: CriterionView,
    work: async (call) => view(criteria.get(call.part('key'))),
  });
  make({
    method: 'PUT',
    path: '/criteria/:key',
    scope: 'items',
    summary: 'Make or change a criterion. It acts on the next request; the version before is kept.',
    body: CriterionInput,
    answer: CriterionView,
    work: async (call) => {
      const by = await writerOf(call.bearer, house);
      return view(await criteria.put(call.part('key'), { content: call.body as CriterionContent, by }));
    },
  });
  make({
    method: 'DELETE',
    path: '/criteria/:key',
    scope: 'items',
    summary: 'Take a criterion away; refused while something uses it.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await criteria.remove(call.part('key'));
      return { removed: true };
    },
  });
  make({
    method: 'GET',
    path: '/criteria/:key/versions',
    scope: 'read',
    summary: 'What it said before, newest first; up to 100 versions. PUT one again to go back to it.',
    answer: CriterionVersions,
    work: async (call) => {
      const versions = await criteria.versions(call.part('key'));
      return { versions: versions.map(({ at, ...one }) => ({ ...one, at: iso(at) })) };
    },
  });
  make({
    method: 'POST',
    path: '/criteria/preview',
    scope: 'recommend',
    looks: true,
    summary:
      'What a criterion would show that is not saved: for a visitor, a person, a cart, an item or nobody, with all reasons. Nothing is recorded.',
    body: PreviewRequest,
    answer: RecommendationAnswer,
    work: async ({ body }) => {
      const { criterion, ...rest } = body;
      const content = criteria.check(criterion as CriterionContent);
      assertNeeds({ key: 'preview', algorithm: content.algorithm }, rest);
      return house.recommend.preview(
        content,
        { ...questionOf(rest), reasons: true },
        await personOfRequest(rest, house),
      );
    },
  });
}

/** What criteria build on, each asked once. */
function groundsOf({ recommend, customLists, listFeeds, criteria }: House): Grounds {
  const done = new Map<string, boolean>();
  const rows = new Map(customLists.list().map((list) => [list.key, list.rows]));
  return {
    did: (action) => {
      const name = typeof action === 'string' ? action : `event ${action.event}`;
      const known = done.get(name) ?? recommend.did(action);
      done.set(name, known);
      return known;
    },
    described: recommend.described.items,
    rows: (list) => rows.get(list) ?? 0,
    failed: (list) => {
      const last = listFeeds.get(list)?.history[0]?.status;
      return last !== undefined && last !== 'Successful' && last !== 'Unchanged';
    },
    algorithm: (key) => criteria.find(key)?.algorithm,
  };
}

function viewOf(definition: CriterionDefinition, grounds: Grounds): Record<string, unknown> {
  const { key, number, version, shipped, createdAt, updatedAt, updatedBy, algorithm } = definition;
  return {
    ...contentOf(definition),
    key,
    number,
    version,
    shipped,
    title: titleOf(definition, 'en'),
    description: definition.description ?? '',
    needs: needsOf(algorithm),
    ...readinessOf(algorithm, grounds),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    updatedBy,
  };
}
