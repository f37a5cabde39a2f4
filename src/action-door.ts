import type { House, SecretRow, ServiceState } from './api/index.ts';
import type { Rooms } from './app.ts';
import { problemsOf, refuse, type JourneyDefinition, type SecretView, type ServiceView } from './journey/index.ts';

const iso = (at: number) => new Date(at).toISOString();

/** Doors to what the actions of these rooms call. */
export function actionDoor(rooms: Rooms): House['actions'] {
  const { secrets, journeys, runner } = rooms;
  const list = async () => (await secrets.list(journeys)).map(secretRow);
  return {
    test: (place, test) => testAction(rooms, place, test),
    services: async () => (await runner.services.view(journeys)).map(serviceState),
    serviceUp: (service) => runner.services.close(service),
    secrets: list,
    putSecret: async (name, value) => {
      await secrets.put(name, value);
      return (await list()).find((one) => one.name === name)!;
    },
    removeSecret: (name) => secrets.remove(name, journeys),
  };
}

type Test = House['actions']['test'];

/** Tries an action of the draft, or as it is given: then it is checked first, as when it is saved. */
async function testAction({ journeys, runner }: Rooms, ...[place, test]: Parameters<Test>): ReturnType<Test> {
  const { key, activity, profile } = place;
  const { draft } = journeys.get(key);
  const given = test.action as JourneyDefinition['activities'][string] | undefined;
  const definition = given ? { ...draft, activities: { ...draft.activities, [activity]: given } } : draft;
  const action = Object.hasOwn(definition.activities, activity) ? definition.activities[activity]! : null;
  if (given) {
    const here = `activities.${activity}`;
    const isHere = (where: string) => where === here || where.startsWith(`${here}.`);
    refuse(problemsOf(definition, new Set()).filter(({ where }) => isHere(where)));
  }
  if (action?.kind !== 'action') return null;
  const send = test.dry !== true;
  return runner.tryAction({
    definition,
    activity,
    action,
    profile,
    send,
    ...(test.event ? { event: test.event } : {}),
  });
}

function secretRow({ name, madeAt, rotatedAt, usedBy }: SecretView): SecretRow {
  return { name, madeAt: iso(madeAt), rotatedAt: rotatedAt === null ? null : iso(rotatedAt), usedBy };
}

function serviceState({ service, places, waiting, freeAt, breaker }: ServiceView): ServiceState {
  const { since, until, last, recent } = breaker;
  const sum = (which: 1 | 2) => recent.reduce((all, slice) => all + slice[which], 0);
  return {
    service,
    state: since === null ? 'up' : 'down',
    since: since === null ? null : iso(since),
    until: since === null ? null : iso(until),
    lastFailure: last === null ? null : { ...last, at: iso(last.at) },
    lastMinute: { calls: sum(1), failed: sum(2) },
    turnsUntil: freeAt === null ? null : iso(freeAt),
    waiting,
    actions: places,
  };
}
