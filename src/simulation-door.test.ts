import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { freshStore } from '../test/support/database.ts';
import { joinRooms, migrations, type Rooms } from './app.ts';
import { hear, quietLog } from './base/index.ts';
import { openDoors, type Doors } from './doors.ts';
import { recipes, storyOf } from './journey/index.ts';
import { readSettings } from './settings.ts';

let rooms: Rooms;
let doors: Doors;

beforeAll(async () => {
  const store = await freshStore(migrations);
  const settings = { ...readSettings([], {}), secret: 's'.repeat(40), databaseUrl: store.url, demo: false };
  rooms = await joinRooms(settings, { store, log: quietLog });
  for (const recipe of recipes()) await rooms.journeys.put(recipe);
  doors = await openDoors(rooms);
});

afterAll(async () => {
  await doors.close();
  await rooms.transport.close();
});

async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, given?: unknown) {
  const headers: Record<string, string> = given === undefined ? {} : { 'content-type': 'application/json' };
  const body = given === undefined ? null : JSON.stringify(given);
  const request = { method: method as 'GET', url: `/v1${path}`, headers, body, timeoutMs: 60_000 };
  const { status, text } = await doors.callOwn(request);
  return { status, text, json: <T = { id: string }>() => JSON.parse(text) as T };
}

// A simulation has a database and rooms of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

it('a simulation is asked for, runs beside everything else, is kept, read in pages, told as a story, and forgotten', async () => {
  const over = { kind: 'invented', people: 60, days: 4, begins: '2026-10-01' };
  const asked = await ask('POST', '/simulations', {
    journeys: [{ key: 'only-wandered' }, { key: 'viewed-not-bought' }],
    over,
    step: 'PT30M',
  });
  expect(asked.status).toBe(201);
  expect(asked.json()).toMatchObject({ state: 'waiting', journeys: ['only-wandered', 'viewed-not-bought'], over });
  const { id } = asked.json();
  await rooms.simulations.finish();
  const view = (await ask('GET', `/simulations/${id}`)).json<unknown>() as {
    summary: { mails: number; frames: unknown[] };
  };
  expect(view).toMatchObject({
    state: 'done',
    progress: 1,
    fault: null,
    summary: { stepSeconds: 1800, unanswered: {} },
  });
  expect(view.summary.frames).toHaveLength(121);

  const mailed = (await ask('GET', `/simulations/${id}/people?mailed=yes&limit=3`)).json<unknown>() as {
    count: number;
    people: { no: number; mails: number[] }[];
  };
  expect(mailed.people).toHaveLength(3);
  const [first] = mailed.people;
  const mail = (await ask('GET', `/simulations/${id}/mails/${first!.mails[0]}`)).json();
  expect(mail).toMatchObject({ person: first!.no, html: expect.stringContaining('<html') });
  const lines = (await ask('GET', `/simulations/${id}/mails?person=${first!.no}`)).json<unknown>() as {
    mails: { no: number }[];
  };
  expect(lines.mails.map(({ no }) => no)).toEqual(first!.mails);
  const atWait = (
    await ask('GET', `/simulations/${id}/people?journey=viewed-not-bought&activity=wait`)
  ).json<unknown>() as {
    count: number;
  };
  expect(atWait.count).toBeGreaterThan(0);

  const story = (await ask('GET', `/simulations/${id}/people/${first!.no}/story`)).json();
  expect(storyOf(story)).toMatchObject({ expect: { person: { mails: expect.any(Array) } } });

  const csv = (await ask('GET', `/simulations/${id}/file?format=csv`)).text.split('\r\n');
  expect(csv[0]).toBe('"no","person","journey","at","what","activity","reason"');
  const kinds = (await ask('GET', `/simulations/${id}/file`)).text
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(kinds.filter((kind) => kind === 'mail')).toHaveLength(view.summary.mails);
  expect((await ask('GET', `/simulations/${id}/file?format=pdf`)).status).toBe(400);
  expect((await ask('GET', '/simulations')).json()).toMatchObject({ simulations: [{ id, summary: { frames: [] } }] });

  const person = await rooms.simulations.person(id, first!.no);
  await rooms.store.inTransaction((tx) => rooms.runner.forget(tx, person.profileId));
  expect((await ask('GET', `/simulations/${id}/people/${first!.no}`)).status).toBe(404);
  expect((await ask('GET', `/simulations/${id}/mails/${first!.mails[0]}`)).status).toBe(404);
  expect((await ask('DELETE', `/simulations/${id}`)).json()).toEqual({ removed: true });
  expect((await ask('GET', `/simulations/${id}`)).status).toBe(404);
});

it('one that runs is in a thread of its own, and ends when it is cancelled', async () => {
  const here: string[] = [];
  const stop = hear((name) => here.push(name));
  const over = { kind: 'invented', people: 400, days: 30, begins: '2026-10-01' };
  const { id } = (await ask('POST', '/simulations', { journeys: [{ key: 'win-back' }], over })).json();
  const finished = rooms.simulations.finish();
  const look = async () =>
    (await ask('GET', `/simulations/${id}`)).json<unknown>() as { state: string; progress: number };
  for (let view = await look(); view.progress === 0; view = await look()) expect(view.state).not.toBe('failed');
  await ask('POST', `/simulations/${id}/cancel`);
  await finished;
  stop();
  expect(await look()).toMatchObject({ state: 'cancelled', summary: null });
  expect(here.filter((name) => name === 'event.stored' || name === 'event.folded')).toEqual([]);
});

it('one that is cancelled before it begins stays cancelled, and what cannot be run is refused', async () => {
  const over = { kind: 'invented', people: 10, days: 2 };
  const { id } = (await ask('POST', '/simulations', { journeys: [{ key: 'win-back' }], over })).json();
  expect((await ask('POST', `/simulations/${id}/cancel`)).json()).toMatchObject({ state: 'cancelled' });
  await rooms.simulations.finish();
  expect((await ask('GET', `/simulations/${id}`)).json()).toMatchObject({ state: 'cancelled', summary: null });
  expect((await ask('POST', '/simulations', { over })).json()).toMatchObject({ code: 'SIMULATION_INVALID' });
  expect((await ask('POST', '/simulations', { journeys: [{ key: 'nope' }], over })).json()).toMatchObject({
    code: 'JOURNEY_UNKNOWN',
  });
  expect(
    (await ask('POST', '/simulations', { journeys: [{ key: 'win-back', version: 'live' }], over })).json(),
  ).toMatchObject({ code: 'JOURNEY_NOT_SO' });
});

it('a start takes away what the simulation of a killed process has left', async () => {
  const name = `beckon_story_1_${process.hrtime.bigint().toString(16)}`;
  await rooms.store.run({ text: `create database ${name}` });
  rooms.simulations.start();
  await vi.waitFor(
    async () =>
      expect(
        await rooms.store.rows({ text: 'select from pg_database where datname = $1', values: [name] }),
      ).toHaveLength(0),
    { timeout: 60_000 },
  );
  await rooms.simulations.stop();
});
