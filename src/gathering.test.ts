import { expect, it } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations } from './app.ts';
import { quietLog } from './base/index.ts';
import { readItems } from './catalog/index.ts';
import { openDoors } from './doors.ts';
import { gathering } from './gathering.ts';
import type { CallAnswer, CallRequest } from './journey/index.ts';
import { readSettings } from './settings.ts';

const person = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const asking = (body: unknown, more: Partial<CallRequest> = {}): CallRequest => ({
  method: 'POST',
  url: '/v1/recommendations',
  headers: { 'content-type': 'application/json', 'idempotency-key': JSON.stringify(body) },
  body: JSON.stringify(body),
  timeoutMs: 1000,
  ...more,
});

/** Notes what it is called with, and answers each recipient with its own question. */
function noting(refuses = false) {
  const urls: string[] = [];
  const call = async ({ url, body }: CallRequest): Promise<CallAnswer> => {
    urls.push(url);
    const asked = JSON.parse(body!) as { recipients?: unknown[] };
    if (refuses && asked.recipients) return { status: 400, headers: {}, text: '{}' };
    return { status: 200, headers: {}, text: JSON.stringify(asked.recipients ? { answers: asked.recipients } : asked) };
  };
  return { urls, call };
}

it('calls for several people at the same moment go as one, and each gets its own answer', async () => {
  const { urls, call } = noting();
  const ask = gathering(call);
  const bodies = [1, 2, 3].map((n) => ({ criterion: `c${n}`, profileId: person(n) }));

  const answers = await Promise.all(bodies.map((body) => ask(asking(body))));

  expect(urls).toEqual(['/v1/recommendations:batch']);
  expect(answers.map(({ text }) => JSON.parse(text))).toEqual(bodies);
});

it('what cannot go together goes alone: another door, another limit of time, nobody by an id of ours, one by itself', async () => {
  const { urls, call } = noting();
  const ask = gathering(call);
  const [one, two] = [1, 2].map((n) => ({ criterion: 'c', profileId: person(n) }));
  const odd = [
    asking(one, { url: '/rest/v1/delivery' }),
    asking(one, { timeoutMs: 50 }),
    asking({ criterion: 'c', identities: { ECID: '1' } }),
    asking({ criterion: 'c', profileId: 'no uuid' }),
    asking(two),
  ];

  await Promise.all(odd.map(ask));

  expect(urls.filter((url) => url.endsWith(':batch'))).toEqual([]);
  expect(urls).toHaveLength(5);
});

it('where the batch is refused each asks alone: one bad question spoils no other', async () => {
  const { urls, call } = noting(true);
  const ask = gathering(call);

  const answers = await Promise.all([1, 2].map((n) => ask(asking({ n, profileId: person(n) }))));

  expect(urls).toEqual(['/v1/recommendations:batch', '/v1/recommendations', '/v1/recommendations']);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

it('an answer is the same together and alone, also that of a question that lacks its item (recommendations BAK-3)', async () => {
  const store = await freshStore(migrations);
  const settings = { ...readSettings([], {}), secret: 'g'.repeat(40), databaseUrl: store.url, demo: false };
  const rooms = await joinRooms(settings, { store, log: quietLog });
  const items = [1, 2, 3].map((n) => ({ id: `i${n}`, name: `Item ${n}`, price: n, currency: 'EUR', stock: 5 }));
  await rooms.catalog.upsert(readItems(JSON.stringify(items), 'json', 0).items);
  await rooms.events.receive(
    [1, 2].map((n) => ({
      id: `e${n}`,
      source: 'server',
      types: ['commerce.productViews'],
      happenedAt: rooms.clock.now(),
      receivedAt: rooms.clock.now(),
      level: 3 as const,
      visitor: `crm:${n}`,
      identities: [{ namespace: 'crm', id: String(n) }],
      items: [{ id: `i${n}`, quantity: 1 }],
    })),
  );
  await rooms.folder.drain();
  await rooms.follower.catchUp();
  const found = await rooms.profiles.findAll([1, 2].map((n) => ({ namespace: 'crm', id: String(n) })));
  const ids = [...found.values()].map(({ id }) => id);
  const { callAsJourney: callOwn } = await openDoors(rooms);
  const bodies = [
    ...ids.map((profileId) => ({ criterion: 'recently-viewed', profileId, limit: 3 })),
    { criterion: 'viewed-together', profileId: ids[0], limit: 3 },
    { criterion: 'recently-viewed', profileId: person(9), limit: 2 },
  ];
  const alone: CallAnswer[] = [];
  for (const body of bodies) alone.push(await callOwn(asking(body)));
  expect(alone.map(({ status }) => status).sort()).toEqual([200, 200, 200, 400]);
  const shown = ({ status, text }: CallAnswer) => ({ status, ...withoutIds(JSON.parse(text)) });

  const good = bodies.filter((_, n) => alone[n]!.status === 200);
  const together = await Promise.all(good.map((body) => callOwn(asking(body))));
  expect(together.map(shown)).toEqual(alone.filter(({ status }) => status === 200).map(shown));
  expect((await Promise.all(bodies.map((body) => callOwn(asking(body))))).map(shown)).toEqual(alone.map(shown));
});

/** Each answer has an id of its own. */
function withoutIds(answer: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(answer).replace(/"[0-9a-f]{8}-[0-9a-f-]{27}"/g, '"id"')) as Record<string, unknown>;
}
