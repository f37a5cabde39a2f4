import { BeckonError } from '../base/index.ts';
import { keyFrom } from '../catalog/index.ts';
import type { ListFeedSchedule, StoredListFeed } from '../recommend/index.ts';
import type { RecsFeed } from './contract-target-criteria.ts';
import type { House } from './house.ts';
import { notOffered, refuse } from './target-recs-algorithm.ts';
import { shortIso } from './target-recs-list.ts';

/** Where the lists of a custom criterion come from: a list that is uploaded, or an address. */
export type Wanted = { list: string } | { url: string; schedule: ListFeedSchedule };

const words = { daily: 'day', weekly: 'week', biWeekly: 'two-weeks', never: 'never' } as const;
const listAddress = /^list:(.{1,128})$/;

/**
 * What the feed of a custom criterion asks for. `list:` and its name instead of an address is an uploaded list, which
 * Target has no word for.
 *
 * @throws TARGET_NOT_OFFERED, API_INPUT_INVALID
 */
export function feedWanted({ connection, scheduleType, scheduleTime, environmentId = -1 }: RecsFeed): Wanted {
  const where = 'configuration.feed';
  if (connection.type === 'ftp') notOffered('Nothing is fetched by FTP; https is', `${where}.connection.type`);
  if (environmentId !== -1) notOffered('A list holds for all environments, -1', `${where}.environmentId`);
  const { URL: url, ...others } = connection.attributes;
  const [other] = Object.keys(others);
  if (url === undefined || other !== undefined) {
    const why = other === undefined ? 'The address is missing' : `"${other.slice(0, 80)}" is not an attribute of url`;
    return refuse(why, `${where}.connection.attributes`);
  }
  const list = listAddress.exec(url)?.[1];
  if (list === undefined) {
    return {
      url,
      schedule: { every: words[scheduleType], ...(scheduleTime === undefined ? {} : { at: scheduleTime }) },
    };
  }
  if (scheduleType !== 'never') refuse('An uploaded list is not fetched: never', `${where}.scheduleType`);
  return { list };
}

/** Where a list comes from, in Target's words. */
export function feedSaid(list: string, feed: StoredListFeed | undefined): object {
  const scheduleType = Object.keys(words).find((word) => words[word as keyof typeof words] === feed?.schedule.every);
  const at = feed?.schedule.at;
  return {
    environmentId: -1,
    scheduleType: scheduleType ?? 'never',
    ...(at === undefined ? {} : { scheduleTime: at }),
    connection: { type: 'url', attributes: { URL: feed?.url ?? `list:${list}` } },
    uploadHistory: (feed?.history ?? []).map(({ status, message, at: date }) => ({
      status,
      message,
      date: shortIso(date),
    })),
  };
}

/**
 * Saves a custom criterion with its list: a new one for an address that is new, the one before where only the address or
 * the schedule changes. What fails leaves no list behind.
 *
 * @param before the list until now; null for a new criterion
 */
export async function withList<T>(
  wanted: Wanted,
  { name, before, house }: { name: string; before: string | null; house: House },
  save: (list: string) => Promise<T>,
): Promise<T> {
  const { customLists, listFeeds } = house;
  const known = before === null ? undefined : listFeeds.get(before);
  if ('list' in wanted) {
    const saved = await save(wanted.list);
    if (before !== null && before !== wanted.list) await dropFetched(before, house);
    return saved;
  }
  listFeeds.check(wanted.url);
  const list = known ? known.list : await newList(name, house);
  const saved = await Promise.resolve(list)
    .then(save)
    .catch(async (error: unknown) => {
      if (!known) await customLists.remove(list);
      throw error;
    });
  if (!known || JSON.stringify(ofFeed(known)) !== JSON.stringify(wanted)) await listFeeds.put(list, wanted);
  return saved;
}

/** Takes away a list that was only fetched for a criterion that is gone; one that others show stays. */
export async function dropFetched(list: string, { customLists, listFeeds }: House): Promise<void> {
  if (listFeeds.get(list) === undefined) return;
  try {
    await customLists.remove(list);
  } catch (error) {
    if (!(error instanceof BeckonError) || error.code !== 'CUSTOM_LIST_IN_USE') throw error;
    return;
  }
  await listFeeds.refresh();
}

async function newList(name: string, { customLists }: House): Promise<string> {
  const taken = new Set(customLists.list().map(({ key }) => key));
  const key = keyFrom(name, 'list', (one) => taken.has(one));
  // At Target rows of custom criteria go 31 days after they were last in the file (CUS-3).
  await customLists.put({ key, name, expires: true });
  return key;
}

function ofFeed({ url, schedule: { every, at } }: StoredListFeed): Wanted {
  return { url, schedule: { every, ...(at === undefined ? {} : { at }) } };
}
