import type { House } from './api/index.ts';
import type { Rooms } from './app.ts';
import { Jobs } from './job/index.ts';
import { Simulations, simulationOf, type Story } from './journey/index.ts';
import type { Ground } from './ground.ts';
import { expecting, storyOfPerson } from './retelling.ts';

/** Simulations of these rooms' journeys, in threads beside; `rooms` is asked only when one runs. */
export function openSimulations(ground: Ground, rooms: () => Pick<Rooms, 'journeys'>): Simulations {
  const { settings, store, log } = ground;
  return new Simulations({
    ...ground,
    jobs: new Jobs({ ...ground, leaseMs: settings.leaseMs }),
    run: async (request, onProgress) => {
      const { journeysOf } = await import('./simulating.ts');
      const simulator = await threadOf(ground);
      return simulator.run(request, { journeys: journeysOf(request, rooms()), onProgress });
    },
    tidy: async () => {
      const { dropLeftovers } = await import('./scratch.ts');
      await dropLeftovers({ settings, databaseUrl: store.url, log });
    },
  });
}

/** What runs simulations of this installation; loaded late, since few starts need it. */
export async function threadOf({ settings, store, log, clock }: Pick<Ground, 'settings' | 'store' | 'log' | 'clock'>) {
  const { ThreadSimulator } = await import('./simulating-thread.ts');
  return new ThreadSimulator({ settings, databaseUrl: store.url, log }, () => clock.now());
}

/** What the doors may ask of simulations. */
export function simulationDoor(rooms: Rooms): House['simulations'] {
  const { simulations } = rooms;
  return {
    // The journeys as they stand when it is asked for, so that what is kept tells of which documents it is.
    ask: async (given) => {
      const request = simulationOf(given);
      const { journeysOf } = await import('./simulating.ts');
      const documents = journeysOf(request, rooms);
      return simulations.ask({ ...request, journeys: documents.map(({ key }) => ({ key })), documents });
    },
    get: (id) => simulations.get(id),
    list: () => simulations.list(),
    cancel: (id) => simulations.cancel(id),
    remove: (id) => simulations.remove(id),
    people: (id, query) => simulations.people(id, query),
    person: (id, no) => simulations.person(id, no),
    mails: (id, query) => simulations.mails(id, query),
    mail: (id, no) => simulations.mail(id, no),
    story: (id, no) => storyHere(rooms, id, no),
  };
}

/** The person's story; what it expects is what comes of it when it is told. */
async function storyHere(rooms: Rooms, id: string, no: number): Promise<Story> {
  const { simulations, catalog, profiles, settings } = rooms;
  const { request, summary } = await simulations.get(id);
  const person = await simulations.person(id, no);
  const documents = request.documents ?? [];
  const named = JSON.stringify(documents);
  const audiences = (await profiles.audiences.list()).flatMap(({ key, name, rule }) =>
    rule !== null && named.includes(`"${key}"`) ? [{ key, name, rule }] : [],
  );
  const about = { journeys: documents.map(({ key }) => key), to: summary!.to, zone: settings.zone, catalog, audiences };
  const story = storyOfPerson(person, about);
  const { people } = await (await threadOf(rooms)).tell(story, documents);
  return expecting(story, people['person']!);
}
