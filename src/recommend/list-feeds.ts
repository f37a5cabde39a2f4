import { after, BeckonError, type Clock, type Log, type Timer } from '../base/index.ts';
import type { Fetcher } from '../catalog/index.ts';
import { vetted } from '../catalog/index.ts';
import type { Store } from '../store/index.ts';
import { customLimits } from './custom-list.ts';
import type { CustomLists, CustomUpload } from './custom-lists.ts';
import {
  claimListFeed,
  finishListFeed,
  nextListFeed,
  removeListFeed,
  storedListFeeds,
  writeListFeed,
  type ClaimedListFeed,
  type StoredListFeed,
} from './table-list-feed.ts';

/** How often an address is asked, besides once when it is saved (recommendations CUS-2). */
export interface ListFeedSchedule {
  every: 'day' | 'week' | 'two-weeks' | 'never';
  /** `HH:mm` in UTC; left out: the time at which it was saved. */
  at?: string;
}

/** What one fetch came to (CUS-5). */
export interface ListFeedNote {
  status: 'Successful' | 'Unchanged' | 'Server Not Found' | 'Credentials' | 'File Not Found' | 'Parsing' | 'Unknown';
  /** `taken/refused`, or what was wrong. */
  message: string;
  /** UTC ms. */
  at: number;
}

interface Parts {
  store: Store;
  clock: Clock;
  log: Log;
  lists: CustomLists;
  fetcher: Fetcher;
  /** Hosts of one's own network that may be called. */
  allowed?: readonly string[];
}

const day = 24 * 3600 * 1000;
const periods = { day, week: 7 * day, 'two-weeks': 14 * day, never: null } as const;
/** Minutes until an address that did not answer is asked again; then by its schedule. */
const again = [1, 5, 15, 60];
const mostNotes = 20;
/** Longer than the fetcher lets any file take. */
const leaseMs = 45 * 60_000;
const lookMs = 5000;

/** Lists of the shop's own that are fetched from an address: what came is merged (CUS-3), what was refused is counted. */
export class ListFeeds {
  readonly #parts: Parts;
  readonly #allowed: ReadonlySet<string>;
  #feeds: ReadonlyMap<string, StoredListFeed> = new Map();
  #timer: Timer | undefined;
  #work: Promise<unknown> = Promise.resolve();
  #stopped = true;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#allowed = new Set((parts.allowed ?? []).map((host) => host.toLowerCase()));
  }

  /** The feed of a list, as it was when it was last read. */
  get(list: string): StoredListFeed | undefined {
    return this.#feeds.get(list);
  }

  /** Takes in what other processes saved and fetched. */
  async refresh(): Promise<void> {
    this.#feeds = new Map((await storedListFeeds(this.#parts.store)).map((feed) => [feed.list, feed]));
  }

  /** Looks an address over without calling it. @throws FEED_URL_REFUSED */
  check(url: string): void {
    vetted(url, this.#allowed);
  }

  /** Fetches a list from an address: now, and by the schedule. Saying the same again asks again. @throws FEED_URL_REFUSED */
  async put(list: string, { url, schedule }: { url: string; schedule: ListFeedSchedule }): Promise<void> {
    this.check(url);
    await writeListFeed(this.#parts.store, { list, url, schedule, due: this.#parts.clock.now() });
    await this.refresh();
  }

  /** Fetches it no more; its rows stay. */
  async remove(list: string): Promise<void> {
    await removeListFeed(this.#parts.store, list);
    await this.refresh();
  }

  /** Business time of the next fetch, UTC ms. */
  nextDue(): Promise<number | null> {
    return nextListFeed(this.#parts.store);
  }

  /** Fetches one that is due. @returns 1, or 0 when none is */
  async work(): Promise<number> {
    const { store, clock } = this.#parts;
    const claimed = await claimListFeed(store, { now: clock.now(), leaseMs });
    if (!claimed) return 0;
    await this.#fetch(claimed);
    await this.refresh();
    return 1;
  }

  /** Fetches beside all other work from now on: an address may be slow. */
  start(): void {
    this.#stopped = false;
    this.#look();
  }

  /** Ends when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.stop();
    await this.#work;
  }

  #look(): void {
    this.#work = this.#all()
      .catch((error: unknown) => this.#parts.log.error('list-feed.failed', { error }))
      .then(() => {
        if (!this.#stopped) this.#timer = after(lookMs, () => this.#look());
      });
  }

  async #all(): Promise<void> {
    while (!this.#stopped && (await this.work()) > 0);
  }

  async #fetch(claimed: ClaimedListFeed): Promise<void> {
    const { store, clock, log } = this.#parts;
    const { list, schedule, tries } = claimed;
    const known = { etag: claimed.etag, modified: claimed.modified };
    try {
      const { note, etag, modified } = await this.#take(claimed);
      const history = [note, ...claimed.history].slice(0, mostNotes);
      await finishListFeed(store, claimed, { due: dueAfter(schedule, clock.now()), tries: 0, etag, modified, history });
    } catch (error) {
      if (!(error instanceof BeckonError)) log.error('list-feed.failed', { list, error });
      const now = clock.now();
      const wait = (error as { code?: string }).code === 'FEED_UNREACHABLE' ? again[tries] : undefined;
      const due = wait === undefined ? dueAfter(schedule, now) : now + wait * 60_000;
      const history = [faultOf(error, now), ...claimed.history].slice(0, mostNotes);
      await finishListFeed(store, claimed, { due, tries: wait === undefined ? 0 : tries + 1, ...known, history });
    }
  }

  async #take(claimed: ClaimedListFeed): Promise<{ note: ListFeedNote; etag: string | null; modified: string | null }> {
    const { fetcher, lists, clock } = this.#parts;
    const { url, etag, modified, list } = claimed;
    const answer = await fetcher({ url, etag, modified, limit: customLimits.octets });
    if (!answer.changed) return { note: { status: 'Unchanged', message: '', at: clock.now() }, etag, modified };
    const pieces: Uint8Array[] = [];
    for await (const piece of answer.octets) pieces.push(piece);
    const text = Buffer.concat(pieces)
      .toString('utf8')
      .replace(/^\ufeff/, '');
    const done = await lists.upload(list, { text, mode: 'merge', plain: (cell) => cell });
    return { note: noteOf(done, clock.now()), etag: answer.etag, modified: answer.modified };
  }
}

/** When a schedule falls due after `now`, UTC ms; null: never. Pure. */
export function dueAfter({ every, at }: ListFeedSchedule, now: number): number | null {
  const period = periods[every];
  if (period === null) return null;
  if (at === undefined) return now + period;
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  // The first such time that is at least a period, less a day, away: then the time of the day is met, and none is early.
  const from = now + period - day;
  const midnight = Math.floor(from / day) * day;
  const due = midnight + (hours * 60 + minutes) * 60_000;
  return due > from ? due : due + day;
}

function noteOf({ kept, refused }: CustomUpload, at: number): ListFeedNote {
  return { status: 'Successful', message: `${kept}/${refused.length}`, at };
}

function faultOf(error: unknown, at: number): ListFeedNote {
  if (!(error instanceof BeckonError)) return { status: 'Unknown', message: 'It failed, and the log says why', at };
  const { code, message } = error;
  const status: ListFeedNote['status'] = /answered 40[13]$/.test(message)
    ? 'Credentials'
    : message.endsWith('answered 404')
      ? 'File Not Found'
      : code === 'FEED_UNREACHABLE'
        ? 'Server Not Found'
        : code === 'CUSTOM_LIST_EMPTY'
          ? 'Parsing'
          : 'Unknown';
  return { status, message: message.slice(0, 500), at };
}
