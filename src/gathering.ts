import { isUuid } from './base/index.ts';
import type { CallAnswer, Caller, CallRequest } from './journey/index.ts';

/** Calls that ask for one person each, and the door that answers them for many at once. */
const one = '/v1/recommendations';
const many = '/v1/recommendations:batch';
/** Of our own headers those that differ from call to call and that this door does not read. */
const unread: ReadonlySet<string> = new Set(['idempotency-key', 'x-beckon-attempt']);
/** At most so many go together. */
const most = 200;

interface Waiting {
  request: CallRequest;
  body: Record<string, unknown>;
  done(answer: CallAnswer): void;
  failed(error: unknown): void;
}

/**
 * Calls of journeys to our own recommendations that come at the same moment go as one: the profiles are read together, and
 * the contract is kept once. Each gets the answer it would have got alone; where the batch as a whole is refused, each asks alone.
 */
export function gathering(call: Caller): Caller {
  const waiting = new Map<string, Waiting[]>();
  const flush = (key: string) => {
    const all = waiting.get(key)!;
    waiting.delete(key);
    for (let from = 0; from < all.length; from += most) void answer(call, all.slice(from, from + most));
  };
  return (request) => {
    const body = bodyOf(request);
    if (body === null) return call(request);
    return new Promise((done, failed) => {
      const key = kindOf(request);
      const others = waiting.get(key);
      if (others) return void others.push({ request, body, done, failed });
      waiting.set(key, [{ request, body, done, failed }]);
      setImmediate(() => flush(key));
    });
  };
}

async function answer(call: Caller, asked: readonly Waiting[]): Promise<void> {
  const answers = asked.length > 1 ? await answersOf(call, asked) : null;
  for (const [place, { request, done, failed }] of asked.entries()) {
    if (answers === null) await call(request).then(done, failed);
    else done(answers[place]!);
  }
}

/** Null when they cannot be answered together. */
async function answersOf(call: Caller, asked: readonly Waiting[]): Promise<CallAnswer[] | null> {
  const body = JSON.stringify({ recipients: asked.map((each) => each.body), ...shared(asked) });
  const given = await call({ ...asked[0]!.request, url: many, body }).catch(() => null);
  if (given === null || given.status !== 200) return null;
  const { answers } = JSON.parse(given.text) as { answers: unknown[] };
  return answers.map((each) => ({ status: 200, headers: given.headers, text: JSON.stringify(each) }));
}

/** What the batch must say as a whole; each recipient says its own anyway. */
function shared([first]: readonly Waiting[]): Record<string, unknown> {
  return { criterion: first!.body['criterion'] };
}

/** Only calls for a profile by its id: it is read the same way alone and together. */
function bodyOf({ method, url, body }: CallRequest): Record<string, unknown> | null {
  if (method !== 'POST' || url !== one || body === null) return null;
  try {
    const read = JSON.parse(body) as Record<string, unknown>;
    return typeof read['profileId'] === 'string' && isUuid(read['profileId']) ? read : null;
  } catch {
    return null;
  }
}

/** Those of a kind may go together. */
function kindOf({ headers, timeoutMs }: CallRequest): string {
  const told = Object.entries(headers).filter(([name]) => !unread.has(name.toLowerCase()));
  return JSON.stringify([timeoutMs, told.sort(([a], [b]) => (a < b ? -1 : 1))]);
}
