import { Type, type TSchema } from 'typebox';
import { BeckonError, nearest } from '../base/index.ts';
import { JourneyDetail, JourneyReport, JourneyRow, PersonHere } from './contract.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to journeys: list, one, write, publish, report, who is where. */
export function journeyDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/journeys',
    scope: 'read',
    summary: 'All journeys with their numbers.',
    answer: Type.Object({ journeys: Type.Array(JourneyRow) }),
    work: async () => ({ journeys: await house.journeys.list() }),
  });
  make({
    method: 'GET',
    path: '/journeys/:key',
    scope: 'read',
    summary: 'One journey: its document, and how many are where.',
    answer: JourneyDetail,
    work: async (call) => (await house.journeys.get(call.part('key'))) ?? unknown(call.part('key'), house),
  });
  make({
    method: 'PUT',
    path: '/journeys/:key',
    scope: 'journeys',
    summary: 'Write the draft of a journey. What is live stays as it is until publish.',
    body: Type.Record(Type.String(), Type.Unknown()),
    answer: JourneyDetail,
    work: (call) => house.journeys.put(withKey(call.body, call.part('key'))),
  });
  make({
    method: 'POST',
    path: '/journeys/:key/publish',
    scope: 'journeys',
    summary: 'Make the draft the live version. Runs inside finish on the version they began with.',
    answer: JourneyDetail,
    work: (call) => house.journeys.publish(call.part('key')),
  });
  make({
    method: 'GET',
    path: '/journeys/:key/report',
    scope: 'read',
    summary: 'What the journey did: runs, messages by state, arms, credited and caused revenue.',
    answer: JourneyReport,
    work: async (call) => (await house.journeys.report(call.part('key'))) ?? unknown(call.part('key'), house),
  });
  make({
    method: 'GET',
    path: '/journeys/:key/people',
    scope: 'people',
    summary: 'Who is in the journey now, at one activity or at all.',
    query: { activity: 'Name of the activity' },
    answer: Type.Object({ people: Type.Array(PersonHere) }),
    work: async (call) => ({ people: await house.journeys.people(call.part('key'), call.query('activity') ?? null) }),
  });
}

function withKey(definition: Record<string, unknown>, key: string): Record<string, unknown> {
  const stated = definition['key'];
  if (stated === undefined || stated === key) return { ...definition, key };
  throw new BeckonError(
    errors.API_INPUT_INVALID,
    `The document has the key ${JSON.stringify(stated)?.slice(0, 80)}, the address "${key}"`,
    {
      where: 'key',
    },
  );
}

async function unknown(key: string, house: House): Promise<never> {
  const keys = (await house.journeys.list()).map((journey) => journey.key);
  const near = nearest(key, keys);
  throw new BeckonError(errors.API_NOT_FOUND, `There is no journey "${key}"`, {
    mend: near === undefined ? 'GET /v1/journeys lists them' : `Did you mean "${near}"?`,
  });
}
