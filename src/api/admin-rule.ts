import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import type { Definition, DefinitionInput, Item, Kind, RuleBook, RuleContext } from '../catalog/index.ts';
import { checkRules, conditionOf, keyOfRequest, previewRules, viewOf } from '../catalog/index.ts';
import {
  CollectionInput,
  CollectionView,
  ExclusionInput,
  ExclusionView,
  PromotionInput,
  PromotionPreviewRequest,
  PromotionPreviewView,
  PromotionTryRequest,
  PromotionView,
  RulePreviewRequest,
  RulePreviewView,
  versionsOf,
  type PreviewItem,
} from './contract-rule.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { personOfRequest } from './admin-recommend.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

interface Shapes {
  plural: string;
  input: TSchema;
  view: TSchema;
  what: string;
}

const shapes: Record<Kind, Shapes> = {
  collection: {
    plural: 'collections',
    input: CollectionInput,
    view: CollectionView,
    what: 'Named sets of items by rules: criteria, activities and promotions choose from one.',
  },
  exclusion: {
    plural: 'exclusions',
    input: ExclusionInput,
    view: ExclusionView,
    what: 'Items by rules that no answer shows, whoever asks.',
  },
  promotion: {
    plural: 'promotions',
    input: PromotionInput,
    view: PromotionView,
    what: 'Items that stand before or after those of a criterion: by ids, rules or a collection.',
  },
};

const iso = (at: number) => new Date(at).toISOString();
const isoOrNull = (at: number | null) => (at === null ? null : iso(at));
const environmentQuery = { environment: 'Whose values of the items count; left out: the usual one' };

/** Doors to collections, exclusions and promotions. */
export function ruleDoors(make: Make, house: House): void {
  const { rules } = house;
  if (rules === null) return;
  for (const kind of Object.keys(shapes) as Kind[]) definitionDoors(make, { kind, rules, house });
  previewDoors(make, rules, house);
}

function definitionDoors(make: Make, { kind, rules, house }: { kind: Kind; rules: RuleBook; house: House }): void {
  const { plural, input, view, what } = shapes[kind];
  const { definitions } = rules;
  const seen = (call: Call<unknown>, one: Definition) => definitionView(rules, one, { call, now: house.clock.now() });
  make({
    method: 'GET',
    path: `/${plural}`,
    scope: 'read',
    summary: `${what} With how many items each leaves.`,
    query: environmentQuery,
    answer: Type.Object({ [plural]: Type.Array(view) }),
    work: async (call) => ({ [plural]: definitions.list(kind).map((one) => seen(call, one)) }),
  });
  make({
    method: 'GET',
    path: `/${plural}/:key`,
    scope: 'read',
    summary: `One ${kind}, by key or number.`,
    query: environmentQuery,
    answer: view,
    work: async (call) => seen(call, rules.definition(kind, call.part('key'))),
  });
  make({
    method: 'PUT',
    path: `/${plural}/:key`,
    scope: 'items',
    summary: `Make or change a ${kind}. It acts on the next request; the version before is kept.`,
    body: input,
    answer: view,
    work: async (call) => {
      const by = await writerOf(call.bearer, house);
      const written = { input: call.body as DefinitionInput<Kind>, by };
      return seen(call, await definitions.put(kind, call.part('key'), written));
    },
  });
  make({
    method: 'DELETE',
    path: `/${plural}/:key`,
    scope: 'items',
    summary: `Take a ${kind} away; refused while something uses it.`,
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      await definitions.remove(kind, call.part('key'));
      return { removed: true };
    },
  });
  make({
    method: 'GET',
    path: `/${plural}/:key/versions`,
    scope: 'read',
    summary: 'What it said before, newest first; up to 200 versions. PUT one again to go back to it.',
    answer: versionsOf(input),
    work: async (call) => {
      const versions = await definitions.versions(kind, call.part('key'));
      return { versions: versions.map((one) => ({ ...one, at: iso(one.at), content: contentView(one.content) })) };
    },
  });
}

function previewDoors(make: Make, rules: RuleBook, house: House): void {
  for (const plural of ['collections', 'exclusions']) {
    make({
      method: 'POST',
      path: `/${plural}/preview`,
      scope: 'read',
      summary:
        'How many items rules let through, and the first of them; for an item, a request or a visitor, if given.',
      body: RulePreviewRequest,
      answer: RulePreviewView,
      work: async ({ body }) => {
        const checked = checkRules(body.rules, 'rules');
        const context = await contextOf(body, rules, house);
        const { matches, of, rules: each, items } = previewRules(rules, checked, { context, limit: body.limit ?? 20 });
        const leaves = { asCollection: matches, asExclusion: of - matches };
        return { matches, of, leaves, rules: each, items: items.map(itemView) };
      },
    });
  }
  make({
    method: 'POST',
    path: '/promotions/:key/preview',
    scope: 'read',
    summary: 'The items that a promotion would show, in order; for an item, a request, a visitor or a time, if given.',
    body: PromotionPreviewRequest,
    answer: PromotionPreviewView,
    work: async (call) => {
      const { limit, seed, at } = call.body;
      const context = await contextOf(call.body, rules, house);
      if (seed !== undefined) context.seed = seed;
      if (at !== undefined) context.now = timeOf(at);
      return shownBy(rules, rules.promotion(call.part('key'), context), { context, limit });
    },
  });
  make({
    method: 'POST',
    path: '/promotions/preview',
    scope: 'read',
    summary: 'The items that a promotion would show that is not saved, as if it ran now.',
    body: PromotionTryRequest,
    answer: PromotionPreviewView,
    work: async ({ body }) => {
      const { promotion, seed, limit } = body;
      const context = await contextOf(body, rules, house);
      if (seed !== undefined) context.seed = seed;
      const content = rules.definitions.check('promotion', promotion as DefinitionInput<'promotion'>);
      const tried = { ...content, ...unsaved, on: true, starts: null, ends: null };
      return shownBy(rules, rules.promoted(tried, context), { context, limit });
    },
  });
}

/** What is noted of a definition that is kept, of one that is not. */
const unsaved = {
  kind: 'promotion',
  key: 'preview',
  number: 0,
  version: 0,
  createdAt: 0,
  updatedAt: 0,
  updatedBy: null,
} as const;

function shownBy(
  rules: RuleBook,
  { front, back, items }: ReturnType<RuleBook['promotion']>,
  { context, limit = 20 }: { context: RuleContext; limit: number | undefined },
) {
  const found = items.slice(0, limit).flatMap((id) => rules.itemOf(id, context.environment) ?? []);
  return { front, back, items: found.map(itemView) };
}

interface Whom {
  item?: string;
  environment?: string;
  request?: Record<string, unknown>;
  profile?: Record<string, unknown>;
  profileId?: string;
}

async function contextOf(whom: Whom, rules: RuleBook, house: House): Promise<RuleContext> {
  const { item, environment = null, request = {}, profileId } = whom;
  const key = item === undefined ? null : (rules.itemOf(item, environment) ?? null);
  const person = profileId === undefined ? null : await personOfRequest({ profileId }, house);
  const profile = { ...person?.profile, ...whom.profile };
  return { key: keyOfRequest(key, request), request, profile, now: house.clock.now(), environment };
}

function timeOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isFinite(at)) return at;
  throw new BeckonError(errors.API_INPUT_INVALID, `"${text.slice(0, 80)}" is not an ISO 8601 time`, { where: 'at' });
}

function definitionView(
  rules: RuleBook,
  one: Definition,
  { call, now }: { call: Call<unknown>; now: number },
): Record<string, unknown> {
  const { kind, createdAt, updatedAt, ...rest } = one;
  const environment = call.query('environment') ?? null;
  return {
    ...contentView(rest),
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    conditions: one.rules.map(conditionOf),
    matches: rules.sizeOf(one, environment),
    of: rules.shelf(environment).index.size,
    ...(kind === 'promotion' ? { running: isRunning(one as Definition<'promotion'>, now) } : {}),
  };
}

function isRunning({ on, starts, ends }: Definition<'promotion'>, now: number): boolean {
  return on && (starts === null || starts <= now) && (ends === null || now < ends);
}

/** Times as texts. */
function contentView(content: object): Record<string, unknown> {
  const made: Record<string, unknown> = { ...content };
  for (const field of ['starts', 'ends']) if (field in made) made[field] = isoOrNull(made[field] as number | null);
  return made;
}

function itemView(item: Item): PreviewItem {
  const { id, name, price, currency, imageUrl, inStock } = viewOf(item);
  return { id, name, price, currency, imageUrl, inStock };
}

/** Who wrote: the studio, or a key by its id. */
export async function writerOf(bearer: string | undefined, house: House): Promise<string> {
  const key = bearer === undefined ? null : await house.keys.admit(bearer);
  return key === null ? 'studio' : `key ${key.id}`;
}
