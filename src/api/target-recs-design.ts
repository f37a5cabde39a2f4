import { BeckonError } from '../base/index.ts';
import { keyFrom } from '../catalog/index.ts';
import type { DesignDefinition, DesignType, DesignView } from '../recommend/index.ts';
import type { TSchema } from 'typebox';
import { pageOf, RecsDesignCheck, RecsDesignInput, RecsDesignView } from './contract-target-recs.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';
import { inTurn, listQuery, notesOf, pageFor, type Listed } from './target-recs-list.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const types = { HTML: 'html', JSON: 'json', OTHER: 'text' } as const satisfies Record<string, DesignType>;
const typeOf = (type: DesignType) => (type === 'text' ? 'OTHER' : type === 'json' ? 'JSON' : 'HTML');
const scriptQuery = { includeScript: 'false: without the script' };

/** Designs in Target's admin API (recommendations §3.3). What is written here is Velocity, as Target's are. */
export function recsDesignDoors(make: Make, house: House): void {
  const { designs } = house;
  const making = inTurn();
  const found = (call: Pick<Call<unknown>, 'part'>) => designOf(call.part('id'), house);
  make({
    method: 'GET',
    path: '/designs',
    scope: 'read',
    summary: 'The designs.',
    query: { ...listQuery, ...scriptQuery },
    answer: pageOf(RecsDesignView),
    work: async (call) =>
      pageFor(
        call,
        designs.list().map((one) => viewOf(one, call)),
      ),
  });
  make({
    method: 'POST',
    path: '/designs/validate',
    scope: 'read',
    summary: 'Try a design with sample items, without saving it.',
    body: RecsDesignInput,
    answer: RecsDesignCheck,
    work: async ({ body }) => {
      const { entityCount, valid, errors: found } = designs.validate(designFrom(body, 'draft'));
      return { entityCount, valid, errors: found.map(({ key, keyArguments, text }) => ({ key, keyArguments, text })) };
    },
  });
  make({
    method: 'POST',
    path: '/designs',
    scope: 'items',
    status: 201,
    summary: 'Make a design. One that fails with sample items is refused.',
    body: RecsDesignInput,
    answer: RecsDesignView,
    work: (call) =>
      making(async () => {
        const taken = new Set(designs.list().map(({ key }) => key));
        const key = keyFrom(call.body.name, 'design', (one) => taken.has(one));
        return viewOf(await designs.put(designFrom(call.body, key)), call);
      }),
  });
  make({
    method: 'GET',
    path: '/designs/:id',
    scope: 'read',
    summary: 'Read a design.',
    query: scriptQuery,
    answer: RecsDesignView,
    work: async (call) => viewOf(found(call), call),
  });
  for (const method of ['PUT', 'POST'] as const) {
    make({
      method,
      path: '/designs/:id',
      scope: 'items',
      summary: `Replace a design${method === 'POST' ? ', as Target’s tutorial has it' : ''}. It holds from the next request on.`,
      body: RecsDesignInput,
      answer: RecsDesignView,
      work: async (call) => viewOf(await designs.put(changed(found(call), call.body)), call),
    });
  }
  make({
    method: 'DELETE',
    path: '/designs/:id',
    scope: 'items',
    summary: 'Take a design away; refused while something uses it. Answers with what it was.',
    answer: RecsDesignView,
    work: async (call) => {
      const before = found(call);
      await designs.remove(before.key);
      return viewOf(before, call);
    },
  });
}

/** By number or key. @throws DESIGN_UNKNOWN */
function designOf(id: string, { designs }: House): DesignView {
  return designs.list().find(({ number }) => String(number) === id) ?? designs.get(id);
}

function viewOf(one: DesignView, call: Pick<Call<unknown>, 'query'>): Listed {
  const { number, name, type, script, savedAt, language, slots, jsonAs } = one;
  const more = {
    ...(language === 'velocity' ? {} : { language }),
    ...(slots === undefined ? {} : { slots }),
    ...(jsonAs === undefined ? {} : { jsonAs }),
  };
  return {
    ...notesOf({ number, at: savedAt, by: null }),
    name,
    type: typeOf(type),
    ...(call.query('includeScript')?.toLowerCase() === 'false' ? {} : { script }),
    ...(Object.keys(more).length === 0 ? {} : { beckon: more }),
  } as Listed;
}

function designFrom({ name, script, type = 'OTHER' }: RecsDesignInput, key: string): DesignDefinition {
  return { key, name, script, type: types[type], language: 'velocity' };
}

/**
 * What Target has no word for stays: how many items, and how JSON is served where it stays JSON.
 *
 * @throws TARGET_CANNOT_SAY for another script of a design that is not in Velocity
 */
function changed(before: DesignView, body: RecsDesignInput): DesignDefinition {
  const { key, language, slots, jsonAs } = before;
  const made = designFrom(body, key);
  if (language !== 'velocity' && (made.script !== before.script || made.type !== before.type)) {
    throw new BeckonError(
      errors.TARGET_CANNOT_SAY,
      `The design "${before.name}" is in Beckon's language, and a design that comes by this door is in Velocity`,
      { where: 'script' },
    );
  }
  return {
    ...made,
    language,
    ...(slots === undefined ? {} : { slots }),
    ...(jsonAs === undefined || made.type !== 'json' ? {} : { jsonAs }),
  };
}
