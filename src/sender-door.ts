import type { House } from './api/index.ts';
import type { Rooms } from './app.ts';
import { examineSender, realWorld } from './doctor-mail.ts';

/** Doors to the brands that mails go out for, with the doctor's look at each. */
export function senderDoor({ messages, settings }: Rooms): House['senders'] {
  const { senders } = messages;
  return {
    list: () => senders.list(),
    get: (key) => senders.get(key),
    put: (key, value) => senders.put(key, value),
    remove: (key) => senders.remove(key),
    ways: () => Object.keys(settings.ways ?? {}),
    check: async (key) => {
      await senders.get(key);
      const brand = await senders.brand(key);
      const way = brand.way === null ? settings.smtpUrl : (settings.ways?.[brand.way] ?? null);
      // A probe goes to an address that somebody names; a look sends nothing.
      const world = realWorld(() => Promise.reject(new Error('Nothing is sent by a look')));
      return examineSender(brand, world, way);
    },
  };
}
