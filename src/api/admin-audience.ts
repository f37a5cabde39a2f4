import { Type, type TSchema } from 'typebox';
import { BeckonError, isUuid } from '../base/index.ts';
import type { AudienceView as Audience, Member } from '../profile/index.ts';
import {
  AudienceFields,
  AudienceInput,
  AudienceMembers,
  AudiencePreview,
  AudiencePreviewRequest,
  AudienceView,
  type AudienceMember,
} from './contract-audience.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const iso = (at: number) => new Date(at).toISOString();

/** Doors to audiences: definitions, members, previews. Tables go through `audience-file.ts`. */
export function audienceDoors(make: Make, { audiences }: House): void {
  make({
    method: 'GET',
    path: '/audiences',
    scope: 'read',
    summary: 'Audiences with their rules and live sizes, by key.',
    answer: Type.Object({ audiences: Type.Array(AudienceView) }),
    work: async () => ({ audiences: (await audiences.list()).map(viewOf) }),
  });
  make({
    method: 'GET',
    path: '/language/fields',
    scope: 'people',
    summary:
      'What rules can look into: fields of the last events by type, and of the people seen last, with a value each.',
    answer: AudienceFields,
    work: async () => audiences.fields(),
  });
  make({
    method: 'GET',
    path: '/audiences/:key',
    scope: 'read',
    summary: 'One audience, and how far it is while it is being worked out.',
    answer: AudienceView,
    work: async (call) => viewOf(await audiences.get(call.part('key'))),
  });
  make({
    method: 'PUT',
    path: '/audiences/:key',
    scope: 'journeys',
    summary:
      'Make or change an audience: by a rule, or without one a list. A new rule is worked out beside all other work.',
    body: AudienceInput,
    answer: AudienceView,
    work: async (call) => {
      const { name, rule } = call.body;
      const key = call.part('key');
      return viewOf(await audiences.put({ key, name: name ?? key, rule: rule ?? null }));
    },
  });
  make({
    method: 'DELETE',
    path: '/audiences/:key',
    scope: 'journeys',
    summary: 'Take an audience away. Conditions that ask for it are false from then on.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => ({ removed: await audiences.remove((await audiences.get(call.part('key'))).key) }),
  });
  make({
    method: 'POST',
    path: '/audiences/:key/rebuild',
    scope: 'journeys',
    summary: 'Ask the rule about everybody anew; the membership stays in force meanwhile.',
    answer: AudienceView,
    work: async (call) => viewOf(await audiences.rebuild(call.part('key'))),
  });
  memberDoors(make, audiences);
}

function memberDoors(make: Make, audiences: House['audiences']): void {
  make({
    method: 'GET',
    path: '/audiences/:key/members',
    scope: 'people',
    summary: 'Who is in it now, page by page.',
    query: { after: 'The `next` of the page before', limit: '1 to 500, default 50' },
    answer: AudienceMembers,
    work: async (call) => {
      const limit = wholeOf(call.query('limit'));
      const after = call.query('after') ?? null;
      if (after !== null && !isUuid(after))
        throw new BeckonError(errors.API_INPUT_INVALID, `after "${after}" is not the next of a page`, {
          where: 'after',
        });
      const members = await audiences.members(call.part('key'), { after, limit });
      return { members: members.map(memberOf), next: members.length < limit ? null : members.at(-1)!.id };
    },
  });
  make({
    method: 'POST',
    path: '/audiences/preview',
    scope: 'people',
    looks: true,
    summary: 'How many a rule would find now, and some of them; nothing is saved. Errors name line and column.',
    body: AudiencePreviewRequest,
    answer: AudiencePreview,
    work: async ({ body: { rule, limit } }) => {
      const { size, exact, sample } = await audiences.preview(rule, limit ?? 10);
      return {
        size,
        exact,
        sample: sample.map(({ since: _since, ...one }) => ({ ...one, lastSeenAt: iso(one.lastSeenAt) })),
      };
    },
  });
}

function viewOf(audience: Audience): AudienceView {
  const { key, name, rule, size, build, builtAt } = audience;
  return {
    key,
    name,
    kind: rule === null ? 'list' : 'rule',
    rule,
    size,
    state: builtAt === null ? 'building' : 'ready',
    build,
    createdAt: iso(audience.createdAt),
    updatedAt: iso(audience.updatedAt),
    builtAt: builtAt === null ? null : iso(builtAt),
  };
}

function memberOf({ id, email, name, lastSeenAt, since }: Member): AudienceMember {
  return { id, email, name, lastSeenAt: iso(lastSeenAt), since: iso(since) };
}

function wholeOf(text: string | undefined): number {
  const number = Number(text ?? 50);
  if (Number.isInteger(number) && number >= 1 && number <= 500) return number;
  throw new BeckonError(errors.API_INPUT_INVALID, `limit "${text}" is not a whole number from 1 to 500`, {
    where: 'limit',
  });
}
