import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { BeckonError, FakeClock, quietLog } from '../base/index.ts';
import { feedErrors, type Fetched, type FetchRequest } from '../catalog/index.ts';
import type { Store } from '../store/index.ts';
import { freshStore } from '../../test/support/database.ts';
import { CustomLists } from './custom-lists.ts';
import { dueAfter, ListFeeds, type ListFeedSchedule } from './list-feeds.ts';
import { migrations } from './migration.ts';

const [hour, day] = [3600_000, 24 * 3600_000];
const began = Date.UTC(2026, 10, 30, 9, 0);
const url = 'https://shop.example/looks.csv';
const daily: ListFeedSchedule = { every: 'day', at: '03:30' };

let store: Store;
let clock: FakeClock;
let lists: CustomLists;
let feeds: ListFeeds;
let asked: FetchRequest[];
/** What the address answers next. */
let answer: () => Fetched;

beforeAll(async () => {
  store = await freshStore(migrations);
});
afterAll(async () => {
  await store.close();
});
beforeEach(async () => {
  await store.run({ text: 'truncate custom_list, custom_list_row, custom_list_feed' });
  clock = new FakeClock(began);
  asked = [];
  lists = new CustomLists({ store, clock });
  await lists.put({ key: 'looks', name: 'Looks', expires: true });
  const fetcher = async (request: FetchRequest) => {
    asked.push(request);
    return answer();
  };
  feeds = new ListFeeds({ store, clock, log: quietLog, lists, fetcher });
});

function file(text: string, etag: string | null = null): () => Fetched {
  return () => ({ changed: true, octets: pieces(text), etag, modified: null, name: null });
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  const octets = Buffer.from(text);
  for (let at = 0; at < octets.length; at += 7) yield octets.subarray(at, at + 7);
}

function failing(code: keyof typeof feedErrors, message: string): () => Fetched {
  return () => {
    throw new BeckonError(feedErrors[code], message);
  };
}

describe('a list from an address (recommendations CUS-1 to 5)', () => {
  it('is fetched when it is saved and by its schedule; keys of the file replace, others stay until 31 days (CUS-2, CUS-3)', async () => {
    await feeds.put('looks', { url, schedule: daily });
    answer = file('coat,skärf,hat\ncap,boots\n,\n', '"1"');
    expect([await feeds.work(), await feeds.work()]).toEqual([1, 0]);
    expect(lists.find('looks', 'coat').items).toEqual(['skärf', 'hat']);
    expect(feeds.get('looks')!.history).toEqual([{ status: 'Successful', message: '2/1', at: began }]);
    expect(await feeds.nextDue()).toBe(Date.UTC(2026, 11, 1, 3, 30));

    clock.set(Date.UTC(2026, 11, 1, 3, 30));
    answer = () => ({ changed: false });
    expect(await feeds.work()).toBe(1);
    expect(asked[1]).toMatchObject({ url, etag: '"1"' });
    expect(feeds.get('looks')!.history.map(({ status }) => status)).toEqual(['Unchanged', 'Successful']);

    clock.set(Date.UTC(2026, 11, 2, 3, 30));
    answer = file('coat,gloves\n');
    await feeds.work();
    expect([lists.find('looks', 'coat').items, lists.find('looks', 'cap').items]).toEqual([['gloves'], ['boots']]);
    clock.set(began + 31 * day + 1);
    expect([lists.find('looks', 'coat').items, lists.find('looks', 'cap').items]).toEqual([['gloves'], []]);
  });

  it('is asked again soon where the address does not answer, then by its schedule, and says so (CUS-5)', async () => {
    await feeds.put('looks', { url, schedule: { every: 'day' } });
    answer = failing('FEED_UNREACHABLE', 'shop.example cannot be reached: there is no such host');
    const waits: number[] = [];
    for (let i = 0; i < 5; i++) {
      await feeds.work();
      waits.push(((await feeds.nextDue())! - clock.now()) / 60_000);
      clock.set((await feeds.nextDue())!);
    }
    expect(waits).toEqual([1, 5, 15, 60, 24 * 60]);
    expect(feeds.get('looks')!.history[0]).toMatchObject({ status: 'Server Not Found' });
  });

  test.each<[string, () => Fetched, string]>([
    ['a login', failing('FEED_ANSWER_REFUSED', 'shop.example answered 403'), 'Credentials'],
    ['a missing file', failing('FEED_ANSWER_REFUSED', 'shop.example answered 404'), 'File Not Found'],
    ['a file without rows', file('# nothing\n'), 'Parsing'],
    ['a private address', failing('FEED_URL_REFUSED', 'it resolves to a private address'), 'Unknown'],
    [
      'what nobody foresaw',
      () => {
        throw new Error('secret inside');
      },
      'Unknown',
    ],
  ])('%s is told as Target tells it, loses nothing, and waits for the schedule', async (_, given, status) => {
    await feeds.put('looks', { url, schedule: daily });
    answer = file('coat,hat\n');
    await feeds.work();
    await feeds.put('looks', { url, schedule: daily });
    answer = given;
    await feeds.work();
    const [note] = feeds.get('looks')!.history;
    expect([note!.status, note!.message.includes('secret')]).toEqual([status, false]);
    expect(lists.find('looks', 'coat').items).toEqual(['hat']);
    expect(await feeds.nextDue()).toBe(Date.UTC(2026, 11, 1, 3, 30));
  });

  it('is fetched by one of two that look at once, and what is changed meanwhile is fetched anew', async () => {
    await feeds.put('looks', { url, schedule: daily });
    let other = -1;
    answer = file('coat,hat\n');
    const slow = answer;
    answer = () => slow();
    const twin = new ListFeeds({
      store,
      clock,
      log: quietLog,
      lists,
      fetcher: async () => {
        throw new Error('asked twice');
      },
    });
    const fetcher = async () => {
      other = await twin.work();
      await feeds.put('looks', { url: `${url}?2`, schedule: daily });
      return slow();
    };
    await new ListFeeds({ store, clock, log: quietLog, lists, fetcher }).work();
    expect(other).toBe(0);
    expect(await feeds.nextDue()).toBe(began);
    await feeds.work();
    expect(asked.map((one) => one.url)).toEqual([`${url}?2`]);
  });

  it('goes with its list; an address that may not be called is refused when it is saved', async () => {
    await feeds.put('looks', { url, schedule: { every: 'never' } });
    await lists.remove('looks');
    await feeds.refresh();
    expect([feeds.get('looks'), await feeds.nextDue()]).toEqual([undefined, null]);
    for (const bad of ['http://shop.example/a', 'https://127.0.0.1/a', 'ftp://shop.example/a', 'nothing']) {
      await expect(feeds.put('looks', { url: bad, schedule: daily })).rejects.toMatchObject({
        code: 'FEED_URL_REFUSED',
      });
    }
  });
});

test.each<[ListFeedSchedule, number, number | null]>([
  [{ every: 'day', at: '09:30' }, began, began + hour / 2],
  [{ every: 'day', at: '09:00' }, began, began + day],
  [{ every: 'day', at: '08:00' }, began, began + 23 * hour],
  [{ every: 'week', at: '08:00' }, began, began + 7 * day - hour],
  [{ every: 'week', at: '09:30' }, began, began + 6 * day + hour / 2],
  [{ every: 'two-weeks', at: '09:00' }, began, began + 14 * day],
  [{ every: 'week' }, began, began + 7 * day],
  [{ every: 'never', at: '09:00' }, began, null],
])('dueAfter(%j) of a Monday at nine', (schedule, now, due) => {
  expect(dueAfter(schedule, now)).toBe(due);
});
