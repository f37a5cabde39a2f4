import type { Problem } from '../../src/api/contract.ts';

/** An answer that was not the one asked for, with what happened, why, and the mend. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail || problem.title);
    this.name = 'ApiError';
    this.problem = problem;
  }
}

/** Code of the problem we make ourselves when no answer came at all; its words stand in the catalogue. */
export const noAnswer = 'STUDIO_NO_ANSWER';
/** The same for a call that may have changed something before the line broke. */
export const noAnswerSent = 'STUDIO_NO_ANSWER_SENT';

/** What the signed-in page knows: the proof that its changes carry, and whom to tell that the session is over. */
export const session: { proof: string | null; onOver: () => void } = { proof: null, onOver: () => {} };

const overCodes = new Set(['API_KEY_MISSING', 'API_KEY_UNKNOWN', 'API_PAGE_UNPROVEN', 'TEAM_CODES_WANTED']);

/** What a call sends: JSON, or a text of a kind of its own. */
type Send =
  { method: 'POST' | 'PUT' | 'DELETE'; body?: unknown } | { method: 'POST' | 'PUT'; type: string; text: string | Blob };

/**
 * One call to our own origin with the session cookie.
 * Throws ApiError: the server's problem+json as it came, or one of our own when there was none.
 */
export async function ask<T>(path: string, send?: Send): Promise<T> {
  const answer = await reach(path, send);
  const text = await answer.text();
  if (!answer.ok) {
    const problem = readProblem(answer.status, text, path);
    if (overCodes.has(problem.code)) session.onOver();
    throw new ApiError(problem);
  }
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new ApiError(odd(answer.status, `${path} answered something that is not JSON`));
  }
}

async function reach(path: string, send: Send | undefined): Promise<Response> {
  const { type, body } = bodyOf(send);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (type !== undefined) headers['content-type'] = type;
  if (send && session.proof !== null) headers['x-beckon-proof'] = session.proof;
  try {
    return await fetch(path, {
      method: send?.method ?? 'GET',
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body }),
    });
  } catch {
    throw new ApiError({ ...odd(0, path), code: send ? noAnswerSent : noAnswer });
  }
}

function bodyOf(send: Send | undefined): { type?: string; body?: string | Blob } {
  if (!send || send.method === 'DELETE') return {};
  if ('text' in send) return { type: send.type, body: send.text };
  return { type: 'application/json', body: JSON.stringify(send.body ?? {}) };
}

/** The server's own words where it gave them. */
export function readProblem(status: number, text: string, path: string): Problem {
  try {
    const found = JSON.parse(text) as Partial<Problem>;
    if (typeof found.title === 'string') {
      return { type: '', code: '', detail: '', mend: '', ...found, status, title: found.title };
    }
  } catch {
    // Not JSON: a proxy's page or an empty body; say what we know.
  }
  return odd(status, `${path} answered ${status}`);
}

function odd(status: number, detail: string): Problem {
  return { type: 'about:blank', code: `HTTP_${status}`, status, title: '', detail, mend: '' };
}
