import { Type, type TSchema } from 'typebox';
import { BeckonError } from '../base/index.ts';
import { ListFeedInput, ListFeedView } from './contract-custom-list.ts';
import type { Door } from './door.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

/** Doors by which a list of the shop's own is fetched from an address. */
export function listFeedDoors(make: Make, house: House): void {
  const { customLists, listFeeds } = house;
  const view = (list: string) => {
    const found = listFeeds.get(customLists.get(list).key);
    if (!found) throw new BeckonError(errors.API_NOT_FOUND, `The list "${list.slice(0, 80)}" is not fetched`);
    const { url, schedule, history } = found;
    return { url, schedule, history: history.map((note) => ({ ...note, at: new Date(note.at).toISOString() })) };
  };
  make({
    method: 'GET',
    path: '/custom-lists/:key/feed',
    scope: 'read',
    summary: 'From where a list is fetched, and what the last fetches came to.',
    answer: ListFeedView,
    work: async (call) => view(call.part('key')),
  });
  make({
    method: 'PUT',
    path: '/custom-lists/:key/feed',
    scope: 'items',
    summary: 'Fetch a list from an address: now, and by the schedule. What comes is merged into it.',
    body: ListFeedInput,
    answer: ListFeedView,
    work: async (call) => {
      const { key } = customLists.get(call.part('key'));
      const { url, schedule } = call.body;
      const { at } = schedule;
      await listFeeds.put(key, {
        url,
        schedule: { every: schedule.every as 'day', ...(at === undefined ? {} : { at }) },
      });
      return view(key);
    },
  });
  make({
    method: 'DELETE',
    path: '/custom-lists/:key/feed',
    scope: 'items',
    summary: 'Fetch a list no more; its rows stay.',
    answer: Type.Object({ removed: Type.Boolean() }),
    work: async (call) => {
      const { key } = customLists.get(call.part('key'));
      const removed = listFeeds.get(key) !== undefined;
      await listFeeds.remove(key);
      return { removed };
    },
  });
}
