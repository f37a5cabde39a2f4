import { Type, type TSchema } from 'typebox';
import { BeckonError, durationMs, isUuid } from '../base/index.ts';
import type { PostingState } from '../message/index.ts';
import { PostingInput, PostingView } from './contract-mail.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;
const dayMs = 86_400_000;

/** Doors by which programs of the shop have single mails sent, such as receipts. */
export function postingDoors(make: Make, house: House): void {
  make({
    method: 'POST',
    path: '/messages',
    scope: 'messages',
    summary:
      'Send one transactional mail; asked again under the same key it is the same mail. Answered when it is planned durably; quiet hours, caps and holdouts are not for it.',
    body: PostingInput,
    answer: PostingView,
    status: 202,
    work: async ({ body }) => {
      const { key, to } = body;
      const within = body.within === undefined ? 3 * dayMs : durationMs(body.within);
      if (within > 7 * dayMs) throw wrong('A mail may wait for a week at most', 'within');
      return viewOf(await house.messages.post({ key, to, within, ...wordsOf(body) }));
    },
  });
  make({
    method: 'GET',
    path: '/messages/:id',
    scope: 'read',
    summary: 'Where such a mail stands, and what came back of it; by its id.',
    answer: PostingView,
    work: async (call) => {
      const id = call.part('id');
      const state = isUuid(id) ? await house.messages.posted({ id }) : null;
      return state ? viewOf(state) : missing(id);
    },
  });
  make({
    method: 'GET',
    path: '/messages',
    scope: 'read',
    summary: 'The same, by the key that it was asked for under.',
    query: { key: 'The key of the mail' },
    answer: Type.Object({ messages: Type.Array(PostingView) }),
    work: async (call) => {
      const key = call.query('key');
      if (key === undefined) throw wrong('Give the key of the mail', 'key');
      const state = await house.messages.posted({ key });
      return { messages: state ? [viewOf(state)] : [] };
    },
  });
}

function wordsOf({ template, data, subject, paragraphs }: PostingInput): {
  template: string;
  data: Record<string, unknown>;
} {
  if (template !== undefined && subject === undefined && paragraphs === undefined)
    return { template, data: data ?? {} };
  if (template === undefined && subject !== undefined && paragraphs !== undefined && data === undefined)
    return { template: 'plain-notice', data: { subject, paragraphs } };
  throw wrong('Give a template with its data, or subject and paragraphs', 'template');
}

function viewOf(state: PostingState): PostingView {
  const iso = (at: number) => new Date(at).toISOString();
  return {
    ...state,
    plannedAt: iso(state.plannedAt),
    acceptedAt: state.acceptedAt === null ? null : iso(state.acceptedAt),
    heard: state.heard.map((one) => ({ ...one, at: iso(one.at) })),
  };
}

function wrong(why: string, where: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, why, { where });
}

function missing(id: string): never {
  throw new BeckonError(errors.API_NOT_FOUND, `No mail was asked for that has the id "${id}"`);
}
