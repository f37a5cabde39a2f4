import { expect, it } from 'vitest';
import type { Caller } from './journey/index.ts';
import { mailItems } from './mail-items.ts';

const ask = { criterion: 'gone', limit: 3, recipients: [{ profileId: 'p1' }, { profileId: 'p2' }] };

function asking(call: Caller) {
  const rooms = { showing: { criteria: { onRemove: () => undefined } }, slots: { callOwn: call, messages: {} } };
  return mailItems(rooms as never).recommend(ask);
}

const answering = (status: number, body: unknown) =>
  asking(async () => ({ status, text: JSON.stringify(body) }) as never);

it('a question that can never be answered ends with the code and the words of the problem', async () => {
  const problem = { code: 'CRITERION_UNKNOWN', status: 404, detail: 'There is no criterion "gone"' };
  expect(await answering(404, problem)).toEqual({
    refused: 'CRITERION_UNKNOWN: There is no criterion "gone"',
  });
});

it('where nobody answers now it is asked again later; answers stand in the order of the recipients', async () => {
  expect(await answering(503, { code: 'API_BUSY' })).toEqual({ silent: true });
  expect(await asking(() => Promise.reject(new Error('cut')))).toEqual({ silent: true });
  expect(await answering(200, { answers: [1, 2] })).toEqual({ answers: [1, 2] });
  expect(await answering(200, { items: [] })).toEqual({ answers: [{ items: [] }, { items: [] }] });
});
