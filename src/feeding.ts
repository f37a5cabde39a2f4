import type { Clock, Ids, Log, Random } from './base/index.ts';
import { Feeds, FeedFiles, FeedRuns, openFetcher, PageItems, type Catalog, type Fetcher } from './catalog/index.ts';
import { Jobs } from './job/index.ts';
import type { Duty } from './pulse.ts';
import type { Settings } from './settings.ts';
import type { Store } from './store/index.ts';

/** Feeds, joined: their settings, what works their runs off, and the guarded fetcher that others may use too. */
export interface Feeding {
  feeds: Feeds;
  runs: FeedRuns;
  fetcher: Fetcher;
  duty: Duty;
  /** What pages say of items, where they may. */
  pages: PageItems;
  pageDuty: Duty;
}

/** Joins the feeds with the queue, the catalogue and the network outside. */
export function openFeeding(parts: {
  settings: Settings;
  store: Store;
  clock: Clock;
  ids: Ids;
  random: Random;
  log: Log;
  catalog: Catalog;
}): Feeding {
  const { settings, store, clock, ids, random, log, catalog } = parts;
  const jobs = new Jobs({ store, clock, ids, leaseMs: settings.leaseMs });
  const files = new FeedFiles({ store, clock, ids });
  const fetcher = openFetcher({ allowed: settings.allowedHosts });
  const secret = new TextEncoder().encode(settings.secret);
  const runs = new FeedRuns({ store, clock, catalog, jobs, files, log, random, fetcher, secret });
  const onRun = () => runs.wake();
  const feeds = new Feeds({ store, clock, ids, random, jobs, files, secret, allowed: settings.allowedHosts, onRun });
  const duty: Duty = { name: 'starting feeds', work: () => feeds.startDue(), nextDue: () => feeds.nextDue() };
  const hosts = [new URL(settings.shopUrl).host, new URL(settings.publicUrl).host, ...settings.linkHosts];
  const pages = new PageItems({ catalog, clock, log, hosts });
  const pageDuty: Duty = { name: 'taking in what pages say', work: () => pages.work() };
  return { feeds, runs, fetcher, duty, pages, pageDuty };
}
