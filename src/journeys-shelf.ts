import { plainJourney, readableJourney, type JourneyDefinition } from './journey/index.ts';
import type { Shop } from './files-shop.ts';
import type { Kept, Remote, Shelf } from './files-sync.ts';
import type { JourneyFile } from './journeys-files.ts';

/** A journey as `/v1` gives it. */
interface RemoteJourney {
  status: string;
  version: number;
  /** What is live, or was last. */
  definition: JourneyDefinition;
  /** What would be published, where it differs from that. */
  draft: JourneyDefinition | null;
  revision: string;
}

/** The journeys of a running Beckon; those in files tell the stories beside them. */
export function journeyShelf(shop: Shop, files: readonly JourneyFile[], say: (line: string) => void): Shelf {
  const at = (key: string) => `/journeys/${encodeURIComponent(key)}`;
  return {
    prefix: '',
    keys: async () => {
      const { journeys } = await shop.call<{ journeys: { key: string }[] }>('GET', '/journeys');
      return journeys.map(({ key }) => key);
    },
    get: async (key) => {
      const found = await shop.find<RemoteJourney>(at(key));
      return found && remoteOf(found);
    },
    put: async (key, document, revision) =>
      remoteOf(await shop.call<RemoteJourney>('PUT', `${at(key)}?revision=${revision}`, document)),
    publish: async (key, revision) =>
      (await shop.call<RemoteJourney>('POST', `${at(key)}/publish?revision=${revision}`)).version,
    holds: async ({ key }) => {
      let holds = true;
      for (const story of files.find(({ definition }) => definition.key === key)?.stories ?? []) {
        const running = story.journeys ?? [key];
        const journeys = files.flatMap(({ definition }) =>
          running.includes(definition.key) ? [plainJourney(definition)] : [],
        );
        const { misses } = await shop.call<{ misses: string[] }>('POST', '/stories', { story, journeys });
        if (misses.length === 0) continue;
        holds = false;
        say(`FAIL          ${key}: ${story.name}`);
        for (const miss of misses) say(`      ${miss}`);
      }
      return holds;
    },
    readable: (document) => readableJourney(document as JourneyDefinition),
  };
}

function remoteOf({ status, version, definition, draft, revision }: RemoteJourney): Remote {
  return {
    document: draft ?? definition,
    revision,
    live: status === 'live' && draft === null ? version : null,
    halted: ['paused', 'closed', 'stopped'].includes(status) ? status : null,
  };
}

export function keptJourney({ path, definition }: JourneyFile): Kept {
  return { path, key: definition.key, document: plainJourney(definition), schema: definition.$schema };
}
