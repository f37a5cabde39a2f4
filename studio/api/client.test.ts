import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, ask, noAnswer, noAnswerSent, readProblem } from './client.ts';

afterEach(() => vi.unstubAllGlobals());

const failure = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiError);
  return (error as ApiError).problem;
};

describe('a call of the studio', () => {
  it("gives the server's own words when it refuses", async () => {
    const problem = { code: 'JOURNEY_KEY', title: 'No such journey', detail: 'x', mend: 'y', status: 404, type: 't' };
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(problem), { status: 404 })));
    expect(await failure(ask('/v1/journeys/x'))).toEqual(problem);
  });

  it('tells a question without an answer from a change whose outcome is not known', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    expect((await failure(ask('/v1/overview'))).code).toBe(noAnswer);
    expect((await failure(ask('/v1/clock/advance', { method: 'POST' }))).code).toBe(noAnswerSent);
  });

  it("makes a problem of its own of a proxy's page", () => {
    expect(readProblem(502, '<h1>Bad gateway</h1>', '/v1/people')).toMatchObject({
      code: 'HTTP_502',
      detail: '/v1/people answered 502',
    });
  });
});
