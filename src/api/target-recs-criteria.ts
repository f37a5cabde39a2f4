import type { TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { keyFrom } from '../catalog/index.ts';
import type { CriterionContent, CriterionDefinition } from '../recommend/index.ts';
import { contentOf } from '../recommend/index.ts';
import { writerOf } from './admin-rule.ts';
import {
  AnyCriterionView,
  recsCriteria,
  recsKinds,
  viewOfKind,
  type RecsCriterion,
  type RecsKind,
} from './contract-target-criteria.ts';
import { pageOf } from './contract-target-recs.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { refuse, type Naming } from './target-recs-algorithm.ts';
import { changedBy, contentFrom, criterionSaid } from './target-recs-criterion.ts';
import { dropFetched, feedSaid, feedWanted, withList } from './target-recs-feed.ts';
import { inTurn, listQuery, notesOf, pageFor, type Listed } from './target-recs-list.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;
type Find = (call: Pick<Call<unknown>, 'part'>) => CriterionDefinition;

/** Criteria in Target's admin API, each kind under its own path (recommendations §3.4). */
export function recsCriterionDoors(make: Make, house: House): void {
  const { criteria } = house;
  make({
    method: 'GET',
    path: '/criteria',
    scope: 'read',
    summary: 'The criteria of all kinds; those that come with Beckon are among them.',
    query: listQuery,
    answer: pageOf(AnyCriterionView),
    work: async (call) =>
      pageFor(
        call,
        criteria.list().map((one) => viewOf(one, house)),
      ),
  });
  make({
    method: 'GET',
    path: '/criteria/:id',
    scope: 'read',
    summary: 'Read a criterion of any kind.',
    answer: AnyCriterionView,
    work: async (call) => viewOf(criteria.get(call.part('id')), house),
  });
  const making = inTurn();
  for (const kind of recsKinds) kindDoors(make, kind, { house, making });
}

function kindDoors(
  make: Make,
  kind: RecsKind,
  { house, making }: { house: House; making: ReturnType<typeof inTurn> },
): void {
  const { criteria } = house;
  const path = `/criteria/${kind}`;
  const answer = viewOfKind(kind);
  const isOf = (one: CriterionDefinition) => kindOf(one, house) === kind;
  const found: Find = (call) => {
    const one = criteria.get(call.part('id'));
    if (isOf(one)) return one;
    throw new BeckonError(errors.API_NOT_FOUND, `The criterion "${one.name}" is of the kind ${kindOf(one, house)}`);
  };
  make({
    method: 'GET',
    path,
    scope: 'read',
    summary: `The criteria of the kind ${kind}.`,
    query: listQuery,
    answer: pageOf(answer),
    work: async (call) => {
      const own = criteria.list().filter(isOf);
      return pageFor(
        call,
        own.map((one) => viewOf(one, house)),
      );
    },
  });
  make({
    method: 'GET',
    path: `${path}/:id`,
    scope: 'read',
    summary: `Read a criterion of the kind ${kind}.`,
    answer,
    work: async (call) => viewOf(found(call), house),
  });
  writeDoors(make, kind, { house, making, found });
}

function writeDoors(
  make: Make,
  kind: RecsKind,
  { house, making, found }: { house: House; making: ReturnType<typeof inTurn>; found: Find },
): void {
  const path = `/criteria/${kind}`;
  const [input, answer] = [recsCriteria[kind] as TSchema, viewOfKind(kind)];
  make({
    method: 'POST',
    path,
    scope: 'items',
    status: 201,
    summary: `Make a criterion of the kind ${kind}.`,
    body: input,
    answer,
    work: async (call) => {
      const body = call.body as RecsCriterion;
      const made = await making(() =>
        listed(kind, { body, before: null, house }, (list) => {
          const content = contentFrom(kind, body, namingOf(house, list));
          return save(call, { key: newKey(body.name, house), content, house });
        }),
      );
      return viewOf(made, house);
    },
  });
  for (const method of ['PUT', 'POST'] as const) {
    make({
      method,
      path: `${path}/:id`,
      scope: 'items',
      summary: `Replace a criterion of the kind ${kind}${method === 'POST' ? ', as Target’s tutorial has it' : ''}. It holds from the next request on.`,
      body: input,
      answer,
      work: async (call) => {
        const before = found(call);
        const body = call.body as RecsCriterion;
        const now = await listed(kind, { body, before, house }, (list) => {
          const content = changedBy(contentOf(before), body, { kind, naming: namingOf(house, list) });
          return save(call, { key: before.key, content, house });
        });
        return viewOf(now, house);
      },
    });
  }
  make({
    method: 'DELETE',
    path: `${path}/:id`,
    scope: 'items',
    summary: `Take a criterion of the kind ${kind} away; refused while something uses it. Answers with what it was.`,
    answer,
    work: async (call) => {
      const before = found(call);
      const view = viewOf(before, house);
      await house.criteria.remove(before.key);
      const list = listOf(before);
      if (list !== null) await dropFetched(list, house);
      return view;
    },
  });
}

async function save(
  call: Call<unknown>,
  { key, content, house }: { key: string; content: CriterionContent; house: House },
): Promise<CriterionDefinition> {
  const by = await writerOf(call.bearer, house);
  return house.criteria.put(key, { content, by });
}

/** Saves with the list that a custom criterion shows; those of other kinds show none. */
function listed<T>(
  kind: RecsKind,
  { body, before, house }: { body: RecsCriterion; before: CriterionDefinition | null; house: House },
  work: (list: string) => Promise<T>,
): Promise<T> {
  if (kind !== 'custom') return work('');
  const was = before === null ? null : listOf(before);
  return withList(feedWanted(body.configuration!.feed!), { name: body.name, before: was, house }, work);
}

function listOf({ algorithm }: Pick<CriterionDefinition, 'algorithm'>): string | null {
  return algorithm.kind === 'custom' ? algorithm.list : null;
}

/** `preview` is a door of its own at /v1. */
function newKey(name: string, { criteria }: House): string {
  return keyFrom(name, 'criterion', (key) => key === 'preview' || criteria.find(key) !== undefined);
}

function kindOf(one: CriterionDefinition, house: House): RecsKind {
  return criterionSaid(contentOf(one), namingOf(house, '')).kind;
}

function viewOf(one: CriterionDefinition, house: House): Listed {
  const { number, updatedAt, updatedBy, shipped } = one;
  const list = listOf(one);
  const feed = list === null ? undefined : feedSaid(list, house.listFeeds.get(list));
  const { view } = criterionSaid(contentOf(one), namingOf(house, list ?? ''), feed);
  const { beckon = {}, ...said } = view as { beckon?: object };
  const more = { ...(shipped ? { shipped } : {}), ...beckon };
  return {
    ...notesOf({ number, at: updatedAt, by: shipped ? 'Beckon' : updatedBy }),
    ...said,
    ...(Object.keys(more).length === 0 ? {} : { beckon: more }),
  } as Listed;
}

function namingOf({ criteria }: House, list: string): Naming {
  return {
    numberOf: (key) => criteria.find(key)?.number ?? 0,
    keyOf: (number, where) =>
      criteria.find(String(number))?.key ?? refuse(`There is no criterion with the id ${number}`, where),
    list,
  };
}
