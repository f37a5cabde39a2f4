import type { House, SecretRow, ServiceState } from './api/index.ts';
import type { Rooms } from './app.ts';
import type { SecretView, ServiceView } from './journey/index.ts';

const iso = (at: number) => new Date(at).toISOString();

/** Doors to what the actions of these rooms call. */
export function actionDoor({ secrets, journeys, runner }: Rooms): House['actions'] {
  const list = async () => (await secrets.list(journeys)).map(secretRow);
  return {
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
