import { Type, type TSchema } from 'typebox';
import { BeckonError, isUuid, nearest } from '../base/index.ts';
import { JourneyDetail, JourneyRow, PersonHere } from './contract.ts';
import {
  BusinessEvent,
  JourneyCheck,
  JourneyFields,
  JourneyMigrate,
  JourneyMigration,
  JourneyResume,
  JourneyRollback,
  JourneyVersion,
  JourneyVersions,
  RunMove,
  RunMoves,
  StuckList,
  StoryRequest,
  ToldStory,
} from './contract-journey.ts';
import type { Call, Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors to journeys: list, one, write, publish, who is where. */
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
    work: async (call) => (await house.journeys.get(call.part('key'))) ?? unknownJourney(call.part('key'), house),
  });
  fieldDoor(make, house);
  draftDoors(make, house);
  lifeDoors(make, house);
  stuckDoors(make, house);
  versionDoors(make, house);
  make({
    method: 'POST',
    path: '/stories',
    scope: 'journeys',
    summary:
      'Tell a story to journeys: the production engine on a moved clock and an empty database; nothing here is touched.',
    body: StoryRequest,
    answer: ToldStory,
    work: (call) => house.journeys.tell(call.body.story, call.body.journeys ?? null),
  });
  make({
    method: 'POST',
    path: '/business-events',
    scope: 'journeys',
    summary:
      'Tell of something that happened to no person: journeys whose entry names it let those in whom it concerns.',
    body: BusinessEvent,
    answer: Type.Object({ kept: Type.Boolean() }),
    work: async (call) => {
      const { id, type, data = {} } = call.body;
      await house.journeys.happened({ id, type, data, at: house.clock.now() });
      return { kept: true };
    },
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

/** A door for those who write expressions. */
function fieldDoor(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/journeys/:key/fields',
    scope: 'people',
    summary: 'Fields that the last 20 runs of a journey brought along, by the names of expressions, with a value each.',
    answer: JourneyFields,
    work: async (call) => house.journeys.fields(call.part('key')),
  });
}

/** Doors by which a journey is written: check, draft, publish. */
function draftDoors(make: Make, house: House): void {
  make({
    method: 'PUT',
    path: '/journeys/:key',
    scope: 'journeys',
    summary: 'Write the draft of a journey. What is live stays as it is until publish.',
    query: { revision: 'Only if the draft still has this revision; `none`: only if there is no such journey' },
    body: Type.Record(Type.String(), Type.Unknown()),
    answer: JourneyDetail,
    work: (call) => house.journeys.put(withKey(call.body, call.part('key')), call.query('revision')),
  });
  make({
    method: 'POST',
    path: '/journeys/:key/check',
    scope: 'read',
    summary: 'What is wrong with a document, and what is missing for it to be published. Nothing is kept.',
    body: Type.Record(Type.String(), Type.Unknown()),
    answer: JourneyCheck,
    work: (call) => house.journeys.check(withKey(call.body, call.part('key'))),
  });
  make({
    method: 'POST',
    path: '/journeys/:key/publish',
    scope: 'journeys',
    right: 'publish',
    summary: 'Make the draft the live version. Runs inside finish on the version they began with.',
    query: { revision: 'Only if the draft still has this revision' },
    answer: JourneyDetail,
    work: (call) => house.journeys.publish(call.part('key'), call.query('revision')),
  });
}

/** Doors that change how a journey goes on. */
function lifeDoors(make: Make, { journeys }: House): void {
  const plain = (what: 'pause' | 'close' | 'stop', summary: string) =>
    make({
      method: 'POST',
      path: `/journeys/:key/${what}`,
      scope: 'journeys',
      summary,
      answer: JourneyDetail,
      work: (call) => journeys[what](call.part('key')),
    });
  plain(
    'pause',
    'Nobody comes in and nobody goes on: waits stand still, calls and mails are held. Exits still end runs.',
  );
  plain('close', 'Nobody comes in any more; those inside go on to their end.');
  plain('stop', 'End every run where it is, and call off what is on its way.');
  make({
    method: 'POST',
    path: '/journeys/:key/resume',
    scope: 'journeys',
    right: 'publish',
    summary: 'End a pause, and say what becomes of waits that it held.',
    body: JourneyResume,
    answer: JourneyDetail,
    work: (call) => journeys.resume(call.part('key'), call.body),
  });
}

/** Doors to what a journey said before, and to those who are inside by it. */
function versionDoors(make: Make, { journeys }: House): void {
  make({
    method: 'GET',
    path: '/journeys/:key/versions',
    scope: 'read',
    summary: 'The published versions, the newest first, with how many go by each still.',
    answer: JourneyVersions,
    work: async (call) => ({ versions: await journeys.versions(call.part('key')) }),
  });
  make({
    method: 'GET',
    path: '/journeys/:key/versions/:version',
    scope: 'read',
    summary: 'What a version says, or `draft`, and what it changes of the one published last.',
    answer: JourneyVersion,
    work: async (call) => {
      const [key, version] = [call.part('key'), call.part('version')];
      const found = await journeys.version(key, version === 'draft' ? version : Number(version));
      if (found) return found;
      throw new BeckonError(errors.API_NOT_FOUND, `Journey "${key}" has no version "${version.slice(0, 20)}"`, {
        mend: 'GET /v1/journeys/{key}/versions lists them',
      });
    },
  });
  make({
    method: 'POST',
    path: '/journeys/:key/rollback',
    scope: 'journeys',
    right: 'publish',
    summary: 'Make the document of an earlier version live again, as a new version.',
    body: JourneyRollback,
    answer: JourneyDetail,
    work: (call) => journeys.rollback(call.part('key'), call.body.version),
  });
  make({
    method: 'POST',
    path: '/journeys/:key/migrate',
    scope: 'journeys',
    right: 'publish',
    summary: 'Bring those inside older versions over to the live one, by a map of activities.',
    body: JourneyMigrate,
    answer: JourneyMigration,
    work: async (call) => {
      const { map = {}, dry = false } = call.body;
      const places = await journeys.migration(call.part('key'), map);
      if (!dry) await journeys.migrate(call.part('key'), map);
      return { places };
    },
  });
}

const limitHelp = { limit: 'At most so many (200, up to 500)' };

function limitOf(call: Pick<Call<unknown>, 'query'>): number {
  const limit = Number(call.query('limit') ?? 200);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw new BeckonError(errors.API_INPUT_INVALID, 'It goes from 1 to 500', { where: 'limit' });
}

/** Doors to runs that need a hand, and those that give it. */
function stuckDoors(make: Make, { journeys }: House): void {
  make({
    method: 'GET',
    path: '/stuck',
    scope: 'people',
    summary: 'Runs of all journeys that need a hand, the longest there first, and how many there are.',
    query: limitHelp,
    answer: StuckList,
    work: (call) => journeys.stuck(null, limitOf(call)),
  });
  make({
    method: 'GET',
    path: '/journeys/:key/stuck',
    scope: 'people',
    summary:
      'Runs that need a hand: a service that does not answer, a wait that is over, a mail of which nothing was heard.',
    query: limitHelp,
    answer: StuckList,
    work: (call) => journeys.stuck(call.part('key'), limitOf(call)),
  });
  make({
    method: 'POST',
    path: '/journeys/:key/runs',
    scope: 'journeys',
    summary: 'Move many runs in one go: try once more what each stands at, skip it, or take the people out.',
    body: RunMoves,
    answer: Type.Object({ moved: Type.Integer({ description: 'Those that were inside; others are left alone' }) }),
    work: async (call) => {
      const { do: how, runs } = call.body;
      const odd = runs.find((run) => !isUuid(run));
      if (odd !== undefined)
        throw new BeckonError(errors.API_INPUT_INVALID, `"${odd.slice(0, 80)}" is no id of a run`, { where: 'runs' });
      return { moved: await journeys.move(call.part('key'), [...new Set(runs)], how) };
    },
  });
  make({
    method: 'POST',
    path: '/journeys/:key/runs/:run',
    scope: 'journeys',
    summary: 'Move one run: try once more what it stands at, skip it, or take the person out.',
    body: RunMove,
    answer: Type.Object({ moved: Type.Boolean() }),
    work: async (call) => {
      const [key, run] = [call.part('key'), call.part('run')];
      if (isUuid(run) && (await journeys.move(key, [run], call.body.do)) > 0) return { moved: true };
      throw new BeckonError(errors.API_NOT_FOUND, `There is no run "${run.slice(0, 80)}" inside "${key}"`, {
        mend: 'GET /v1/journeys/{key}/stuck lists those that need a hand',
      });
    },
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

export async function unknownJourney(key: string, house: House): Promise<never> {
  const keys = (await house.journeys.list()).map((journey) => journey.key);
  const near = nearest(key, keys);
  throw new BeckonError(errors.API_NOT_FOUND, `There is no journey "${key}"`, {
    mend: near === undefined ? 'GET /v1/journeys lists them' : `Did you mean "${near}"?`,
  });
}
